// What is counted while a batch is planned.

/** Things counted while planning; they are added to the metrics once, when the batch is committed. */
export const PLAN_COUNTS = [
  "messages",
  "ignored",
  "unknown-group",
  "births",
  "births-refused",
  "deaths",
  "stale-deaths",
  "records",
  "duplicates",
  "duplicates-unchecked",
  "conflicts",
  "gone",
  "over-ranges",
  "pending",
  "pending-full",
  "quarantine-full",
  "undecodable",
  "birth-unknown",
  "not-under-contract",
  "contract-unsupported",
  "points-refused",
] as const;
export type PlanCount = (typeof PLAN_COUNTS)[number];
