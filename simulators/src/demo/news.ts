// What the terminal tells of alarms, read from the same API as the pages.

import type { AlarmView } from "./api-alarm.ts";

/** Sentences about what changed between two looks at the open and recent alarms. */
export function alarmNews(before: ReadonlyMap<string, AlarmView>, after: readonly AlarmView[]): string[] {
  const news: string[] = [];
  for (const alarm of after) {
    const former = before.get(alarm.alarmId);
    const what = `${alarm.assetTitle.en}${alarm.channel === null ? "" : ` ${alarm.channel}`}`;
    if (former === undefined) news.push(raised(alarm, what));
    if (alarm.acknowledgedAtMs !== null && former?.acknowledgedAtMs === null)
      news.push(`ACKNOWLEDGED  ${what}, by ${alarm.acknowledgedBy?.name ?? "somebody"}`);
    if (alarm.returnedAtMs !== null && former !== undefined && former.returnedAtMs === null)
      news.push(`RETURNED      ${what} is back in range`);
  }
  return news;
}

function raised(alarm: AlarmView, what: string): string {
  if (alarm.severity === "silent") return `ALARM         ${what} is silent`;
  const limit = `${alarm.side === "low" ? "below" : "above"} ${alarm.limit} °C`;
  return alarm.foundLate
    ? `FOUND LATE    ${what} was ${limit}: its readings came only now`
    : `ALARM         ${what} is ${limit}`;
}
