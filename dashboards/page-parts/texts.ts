// Texts by code and language, and which language a page speaks.

import type { Label } from "@isotherm/trace";
import type { Language } from "./format.ts";
import { TEXTS_EN, type TextCode } from "./texts-en.ts";
import { TEXTS_ZH } from "./texts-zh.ts";

export type { TextCode } from "./texts-en.ts";
export type Parameters = Readonly<Record<string, string | number>>;

/** The text of a code, its {names} filled in; a name without a value stays visible, so that it is noticed. */
export function say(language: Language, code: TextCode, parameters: Parameters = {}): string {
  const text = (language === "zh" ? TEXTS_ZH : TEXTS_EN)[code];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(parameters[name] ?? whole));
}

/** The text of a code that data names, or what data says when this version has no words for it. */
export function sayKnown(language: Language, prefix: string, word: string): string {
  const code = `${prefix}.${word}`;
  return Object.hasOwn(TEXTS_EN, code) ? say(language, code as TextCode) : word;
}

export function labelText(label: Label, language: Language): string {
  return label[language];
}

const REMEMBERED = "isotherm.language";

/** The language that this person chose here before, else their own by the session, else the browser's. */
export function startLanguage(ofPerson?: Language): Language {
  const remembered = localStorage.getItem(REMEMBERED);
  if (remembered === "en" || remembered === "zh") return remembered;
  return ofPerson ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");
}

export function rememberLanguage(language: Language): void {
  localStorage.setItem(REMEMBERED, language);
}
