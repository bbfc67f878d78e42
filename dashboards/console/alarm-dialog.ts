// The history of one alarm: every change of its state, when and why.

import type { AlarmView, AuditView } from "../src/api-shapes.ts";
import { api } from "../page-parts/api.ts";
import { alarmSentence } from "../page-parts/alarm-sentence.ts";
import { byId, el, setText } from "../page-parts/dom.ts";
import { formatTime, type Language } from "../page-parts/format.ts";
import { say, sayKnown } from "../page-parts/texts.ts";
import type { Context } from "./context.ts";

/** What an audit entry keeps of an alarm, as far as people are told of it. */
interface Seen {
  readonly state: string | undefined;
  readonly severity: string | undefined;
}

function seenOf(value: unknown): Seen {
  const { state, severity } = (value ?? {}) as { state?: unknown; severity?: unknown };
  const name = typeof state === "object" && state !== null ? (state as { name?: unknown }).name : state;
  return {
    state: typeof name === "string" ? name : undefined,
    severity: typeof severity === "string" ? severity : undefined,
  };
}

/** What an entry changed: its state and how bad it is, each only when it is another than before. */
export function changeText(from: unknown, to: unknown, language: Language): string {
  const [before, after] = [seenOf(from), seenOf(to)];
  const parts: string[] = [];
  for (const field of ["state", "severity"] as const) {
    const now = after[field];
    if (now === undefined || now === before[field]) continue;
    const was = before[field];
    const word = (value: string): string => sayKnown(language, `audit.${field}`, value);
    parts.push(was === undefined ? word(now) : `${word(was)} → ${word(now)}`);
  }
  return parts.join(", ");
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
    list.replaceChildren(...audit.map((entry) => auditEntry(entry, alarm, context)));
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

function auditEntry(
  { atMs, what, from, to, cause }: AuditView,
  alarm: AlarmView,
  { nowMs, language }: Pick<Context, "nowMs" | "language">,
): HTMLElement {
  const spoken = language();
  const isAnswer = what === "acknowledged" && alarm.acknowledgedAtMs === atMs && alarm.acknowledgedBy !== null;
  const who = isAnswer ? (alarm.acknowledgedBy.name ?? say(spoken, "needs.someone")) : undefined;
  const change = changeText(from, to, spoken);
  const words = el("strong", {}, sayKnown(spoken, "audit.kind", what));
  const by = who === undefined ? null : el("span", {}, ` ${say(spoken, "audit.by", { who })}`);
  const changed = change === "" ? null : el("span", { class: "quiet" }, ` · ${change}`);
  const caused = typeof cause === "string" && cause !== "" ? el("p", { class: "quiet number" }, cause) : null;
  const time = el("span", { class: "audit-time number" }, formatTime(atMs, nowMs(), spoken, "seconds"));
  return el("li", {}, time, el("div", {}, words, by, changed, caused));
}
