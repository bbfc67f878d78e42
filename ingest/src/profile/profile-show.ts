// One profile as people read it: what is outside, when that is a breach, what it rests on.
import type { LimitRow, Profile, RateRow, StabilityBudget } from "@isotherm/coldchain";
import { durationText } from "../assess/duration-text.ts";
import { textTable } from "../text-table.ts";
import { breachText, gateText, mktText, outsideText, rateText } from "./limit-words.ts";

const HEADINGS = ["", "of", "outside when", "breach", "alarm after", "returns after", "deadband", "stands for"];

interface Judged {
  readonly row: LimitRow | RateRow;
  readonly of: string;
  readonly outside: string;
}

/** Sources stand below, under the numbers of the rows; in a narrow terminal each row is a few lines of words. */
export function profileShowText(profile: Profile, width: number): string {
  const judged: Judged[] = [
    ...profile.limits.map((row) => ({ row, of: nameOf(row, row.combine), outside: outsideText(row) })),
    ...(profile.rates ?? []).map((row) => ({ row, of: nameOf(row, undefined), outside: rateText(row) })),
  ];
  const table = tableOf(judged);
  const isNarrow = table.split("\n").some((line) => columnsOf(line) > width);
  const gates = judged.flatMap(({ row }, at) =>
    (row.gates ?? []).map((gate) => wrapped(`row ${at + 1} is ${gateText(gate)}`, width, "   ")),
  );
  const sums = [
    ...(profile.mkt ?? []).map((row) => ({ text: `a breach: ${mktText(row)}`, source: row.source })),
    ...(profile.stability ?? []).map((row) => ({ text: stabilityText(row), source: row.source })),
    ...retentionRows(profile),
  ];
  const sources = judged.map(({ row }, at) => wrapped(row.source, width, `${String(at + 1).padStart(2)}  `));
  return [
    `${profile.id} version ${profile.version}\n${profile.title.en}\n${profile.title.zh}\n`,
    (isNarrow ? judged.map((each, at) => blockOf(each, at, width)).join("") : table) + gates.join(""),
    ...sums.map(({ text, source }) => `${wrapped(text, width, "")}${wrapped(source, width, "    ")}`),
    wrapped(
      `a reading older than ${durationText(profile.liveMaxAgeMs)} when it is judged raises no live alarm`,
      width,
      "",
    ),
    `sources\n${wrapped(profile.source, width, "    ")}${sources.join("")}`,
  ].join("\n");
}

function tableOf(judged: readonly Judged[]): string {
  const rows = judged.map(({ row, of, outside }, at) => [
    at + 1,
    of,
    outside,
    breachText(row),
    durationText(row.onDelayMs),
    durationText(row.offDelayMs),
    String(row.deadband),
    durationText(row.gapMs),
  ]);
  return textTable(HEADINGS, rows);
}

function blockOf({ row, of, outside }: Judged, at: number, width: number): string {
  const lead = `${at + 1}  `;
  return (
    wrapped(`${of}: outside when ${outside}`, width, lead) +
    [
      `breach: ${breachText(row)}`,
      `alarm after ${durationText(row.onDelayMs)}, returns after ${durationText(row.offDelayMs)} inside`,
      `deadband ${row.deadband}; a reading stands for at most ${durationText(row.gapMs)}`,
    ]
      .map((text) => wrapped(text, width, " ".repeat(lead.length)))
      .join("")
  );
}

function nameOf({ quantity, role }: Pick<LimitRow, "quantity" | "role">, combine: string | undefined): string {
  const name = quantity === role ? quantity : `${quantity} at ${role}`;
  return combine === undefined || combine === "any" ? name : `${combine} ${name}`;
}

function stabilityText({ role, rows }: StabilityBudget): string {
  const parts = rows.map(
    ({ aboveC, upToC, allowedMs }) => `${durationText(allowedMs)} above ${aboveC} up to ${upToC} °C`,
  );
  return `a breach: the stability budget of ${role} used up, ${parts.join(", ")}`;
}

function retentionRows({ retention }: Profile): { text: string; source: string }[] {
  if (retention === undefined) return [];
  return [
    { text: `raw readings are kept for at least ${durationText(retention.atLeastMs)}`, source: retention.source },
  ];
}

/** Lines of at most the width; the first with the lead, the others indented as far. Chinese characters take two columns. */
function wrapped(text: string, width: number, lead: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && columnsOf(`${lead}${line} ${word}`) > width) {
      lines.push(line);
      line = "";
    }
    line += line === "" ? word : ` ${word}`;
  }
  lines.push(line);
  const indent = " ".repeat(lead.length);
  return lines.map((each, at) => `${at === 0 ? lead : indent}${each}\n`).join("");
}

function columnsOf(text: string): number {
  return text.length + (text.match(/[\u1100-\uffdc]/g)?.length ?? 0);
}
