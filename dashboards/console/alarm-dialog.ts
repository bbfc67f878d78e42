// The history of one alarm: every change of its state, when and why.

import type { AlarmView, AuditView } from "../src/api-shapes.ts";
import { api } from "../page-parts/api.ts";
import { alarmSentence } from "../page-parts/alarm-sentence.ts";
import { byId, el, setText } from "../page-parts/dom.ts";
import { formatTime, type Language } from "../page-parts/format.ts";
import { say, sayKnown } from "../page-parts/texts.ts";
import type { Context } from "./context.ts";

const DEPTH_MAX = 3;
const INSTANT_MS_MIN = 1e11;

function stateOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  const fields = (value ?? {}) as { name?: unknown; state?: unknown };
  const state = fields.name ?? fields.state;
  return typeof state === "string" ? state : undefined;
}

/** An audit value in words: a state by its name, anything else as its fields. */
export function auditText(value: unknown, language: Language, depth = 0): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return sayKnown(language, "audit.state", value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (depth >= DEPTH_MAX || typeof value !== "object") return "…";
  if (Array.isArray(value)) return value.map((each) => auditText(each, language, depth + 1)).join(", ");
  const fields = value as Record<string, unknown>;
  const state = stateOf(value);
  if (state !== undefined) return sayKnown(language, "audit.state", state);
  return Object.entries(fields)
    .flatMap(([name, each]) => {
      // Field names of instants end in Ms, and so do those of durations: these are shorter than years.
      const isInstant = /ms$/i.test(name) && typeof each === "number" && each > INSTANT_MS_MIN;
      const text = isInstant ? formatTime(each, each, language, "seconds") : auditText(each, language, depth + 1);
      return text === "" ? [] : [`${name}: ${text}`];
    })
    .join(", ");
}

export function alarmDialog(context: Pick<Context, "known" | "nowMs" | "language">): (alarmId: string) => void {
  const dialog = byId("alarm-dialog") as HTMLDialogElement;
  const title = el("h2", { id: "alarm-dialog-title" });
  const sentence = el("p", { class: "number" });
  const list = el("ol", { class: "audit" });
  const close = el("button", { type: "button", class: "small-button", onclick: () => dialog.close() });
  dialog.setAttribute("aria-labelledby", "alarm-dialog-title");
  dialog.append(el("div", { class: "panel-head" }, title, close), sentence, list);
  dialog.addEventListener("click", (click) => {
    if (click.target === dialog) dialog.close();
  });
  const fill = (alarm: AlarmView, audit: readonly AuditView[]): void => {
    const language = context.language();
    const words = alarmSentence(alarm, { assets: context.known.assets, nowMs: context.nowMs(), language });
    setText(sentence, `${words.subject} · ${words.text}`);
    list.replaceChildren(...audit.map((entry) => auditEntry(entry, context)));
  };
  return (alarmId) => {
    const language = context.language();
    setText(title, say(language, "audit.title"));
    setText(close, say(language, "audit.close"));
    setText(sentence, say(language, "detail.loading"));
    list.replaceChildren();
    dialog.showModal();
    api.alarm(alarmId).then(
      ({ alarm, audit }) => fill(alarm, audit),
      (error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        setText(sentence, say(context.language(), "detail.failed", { reason }));
      },
    );
  };
}

function auditEntry(entry: AuditView, { nowMs, language }: Pick<Context, "nowMs" | "language">): HTMLElement {
  const spoken = language();
  // Before its first raise an alarm is normal, which as a change is nothing to tell.
  const from = stateOf(entry.from) === "normal" ? "" : auditText(entry.from, spoken);
  const to = auditText(entry.to, spoken);
  const change = [from, to].filter((text) => text !== "").join(" → ");
  const cause = auditText(entry.cause, spoken);
  return el(
    "li",
    {},
    el("span", { class: "audit-time number" }, formatTime(entry.atMs, nowMs(), spoken, "seconds")),
    el(
      "div",
      {},
      el("strong", {}, change === "" ? sayKnown(spoken, "audit.state", entry.what) : change),
      change === "" ? null : el("span", { class: "quiet" }, ` ${entry.what}`),
      cause === "" ? null : el("p", { class: "quiet number" }, cause),
    ),
  );
}
