// The language of a page: the switch, and the texts that stand in its HTML by code.

import { el, setAttribute, setText } from "./dom.ts";
import type { Language } from "./format.ts";
import { rememberLanguage, say, startLanguage, type TextCode } from "./texts.ts";

export interface PageLanguage {
  readonly current: () => Language;
  /** The person's own language, once known; a choice made on this device goes before it. */
  readonly suggest: (language: Language) => void;
}

const NAMES: Record<Language, string> = { zh: "中文", en: "English" };

/** `data-text` gives an element its text, `data-label` its aria-label, `data-hint` its placeholder. */
function fillTexts(language: Language): void {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const node of document.querySelectorAll<HTMLElement>("[data-text]"))
    setText(node, say(language, node.dataset["text"] as TextCode));
  for (const node of document.querySelectorAll<HTMLElement>("[data-label]"))
    setAttribute(node, "aria-label", say(language, node.dataset["label"] as TextCode));
  for (const node of document.querySelectorAll<HTMLElement>("[data-hint]"))
    setAttribute(node, "placeholder", say(language, node.dataset["hint"] as TextCode));
}

export function pageLanguage(host: HTMLElement, changed: () => void): PageLanguage {
  let language = startLanguage();
  const buttons = (Object.keys(NAMES) as Language[]).map((name) => ({
    name,
    node: el("button", { type: "button", lang: name, onclick: () => choose(name) }, NAMES[name]),
  }));
  const show = (): void => {
    fillTexts(language);
    for (const { name, node } of buttons) setAttribute(node, "aria-pressed", String(name === language));
  };
  const choose = (name: Language): void => {
    rememberLanguage(name);
    language = name;
    show();
    changed();
  };
  host.append(...buttons.map(({ node }) => node));
  show();
  return {
    current: () => language,
    suggest: (ofPerson) => {
      const wanted = startLanguage(ofPerson);
      if (wanted === language) return;
      language = wanted;
      show();
      changed();
    },
  };
}
