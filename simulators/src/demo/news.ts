// What the terminal tells of alarms, read from the same API as the pages.

import type { AlarmView } from "./api-alarm.ts";

/** Sentences about what changed between two looks at the open and recent alarms. `titleOf` names what a gateway serves. */
export function alarmNews(
  before: ReadonlyMap<string, AlarmView>,
  after: readonly AlarmView[],
  titleOf: (gatewayId: string) => string,
): string[] {
  const news: string[] = [];
  for (const alarm of after) {
    const former = before.get(alarm.alarmId);
    const what = subjectOf(alarm, titleOf);
    const isSilence = alarm.severity === "silent";
    if (former === undefined) news.push(raised(alarm, what));
    else if (alarm.severity === "breach" && former.severity !== "breach")
      news.push(`BREACH        ${what}: outside limits for longer than is allowed`);
    if (alarm.acknowledgedAtMs !== null && former?.acknowledgedAtMs === null)
      news.push(`ACKNOWLEDGED  ${what}, by ${alarm.acknowledgedBy?.name ?? "somebody"}`);
    if (alarm.returnedAtMs !== null && former !== undefined && former.returnedAtMs === null)
      news.push(isSilence ? `HEARD AGAIN   ${what}` : `RETURNED      ${what} is back in range`);
  }
  return news;
}

function subjectOf({ assetId, assetTitle, channel, ruleId, severity }: AlarmView, titleOf: (id: string) => string) {
  if (severity === "silent") return `${titleOf(assetId)}: its gateway`;
  const [, quantity, role] = ruleId.split("/");
  const words = quantity === undefined || role === undefined ? channel : `${role} ${quantity}`;
  return `${assetTitle.en}: ${words ?? "a limit"}`;
}

function raised(alarm: AlarmView, what: string): string {
  if (alarm.severity === "silent") return `ALARM         ${what} is silent`;
  const limit = `${alarm.side === "low" ? "below" : "above"} ${alarm.limit} °C`;
  return alarm.foundLate
    ? `FOUND LATE    ${what} was ${limit}; its readings came only now`
    : `ALARM         ${what} is ${limit}`;
}
