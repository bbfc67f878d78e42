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

/** Entries that changed nothing that people are told of, one after another: shown as one line. */
export interface AuditGroup {
  readonly entry: AuditView;
  readonly count: number;
  readonly lastAtMs: number;
}

export function auditGroups(audit: readonly AuditView[]): AuditGroup[] {
  const groups: AuditGroup[] = [];
  const isPlain = ({ what, from, to }: AuditView): boolean => what === "revised" && changeText(from, to, "en") === "";
  for (const entry of audit) {
    const last = groups.at(-1);
    if (last !== undefined && isPlain(entry) && isPlain(last.entry))
      groups[groups.length - 1] = { ...last, count: last.count + 1, lastAtMs: entry.atMs };
    else groups.push({ entry, count: 1, lastAtMs: entry.atMs });
  }
  return groups;
}

/** Of the numbers of records no more than this is shown; all of them stand in the title. */
const NUMBERS_LENGTH_MAX = 40;

/** The records that a change rests on, in words; undefined when it rests on something that the entry itself tells. */
export function causeText(cause: unknown, language: Language): string | undefined {
  const byGateway = new Map<string, string>();
  for (const [, gateway = "", numbers = ""] of String(cause).matchAll(/([^/\s;]+)\/[0-9a-f]{32}\/[^:\s]+:([\d,-]+)/g))
    byGateway.set(gateway, byGateway.has(gateway) ? `${byGateway.get(gateway)},${numbers}` : numbers);
  const texts = [...byGateway].map(([gateway, all]) => {
    const numbers = all.replaceAll("-", "–").replaceAll(",", ", ");
    const isLong = numbers.length > NUMBERS_LENGTH_MAX;
    return say(language, "audit.records", {
      gateway,
      numbers: isLong ? `${numbers.slice(0, NUMBERS_LENGTH_MAX)}…` : numbers,
    });
  });
  return texts.length === 0 ? undefined : texts.join("; ");
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
    list.replaceChildren(...auditGroups(audit).map((group) => auditLine(group, alarm, context)));
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

function auditLine(
  { entry, count, lastAtMs }: AuditGroup,
  { severity }: AlarmView,
  { nowMs, language }: Pick<Context, "nowMs" | "language">,
): HTMLElement {
  const { atMs, what, from, to, cause, by } = entry;
  const spoken = language();
  const time = (ms: number): string => formatTime(ms, nowMs(), spoken, "seconds");
  const kind = what === "returned" && severity === "silent" ? "heardAgain" : what;
  const change = changeText(from, to, spoken);
  const followed = ((): string => {
    if (what !== "revised" || change !== "") return change;
    if (count === 1) return say(spoken, "audit.followedOnce");
    return say(spoken, "audit.followed", { count, time: time(lastAtMs) });
  })();
  const who = by === null ? undefined : (by.name ?? say(spoken, "needs.someone"));
  const caused = count === 1 ? causeText(cause, spoken) : undefined;
  const words = el("div", {}, el("strong", {}, sayKnown(spoken, "audit.kind", kind)));
  if (who !== undefined) words.append(" ", say(spoken, "audit.by", { who }));
  if (followed !== "") words.append(el("span", { class: "quiet" }, ` · ${followed}`));
  // The whole of what the audit holds, for whoever has to look it up.
  if (caused !== undefined) words.append(el("p", { class: "quiet number", title: String(cause) }, caused));
  return el("li", {}, el("span", { class: "audit-time number" }, time(atMs)), words);
}
