// Query strings, checked: a wrong one is told what is wrong with it.

import { z } from "zod";
import { ApiError } from "./errors.ts";

const DAY_MS = 86_400_000;
/** Chart buckets in one answer at most. */
export const BUCKETS_ASKED_MAX = 2_000;

const wholeMs = z.coerce.number().int().min(0);

export const windowQuery = z.object({ from: wholeMs.optional(), to: wholeMs.optional() });
export const seriesQuery = windowQuery.extend({
  channel: z.string().min(1),
  buckets: z.coerce.number().int().min(1).max(BUCKETS_ASKED_MAX).default(600),
});
export const listQuery = windowQuery.extend({
  asset: z.string().optional(),
  shipment: z.string().optional(),
  open: z.enum(["0", "1"]).default("0"),
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
});
export const intentBody = z.strictObject({
  intentId: z.string().regex(/^[A-Za-z0-9-]{8,64}$/),
  kind: z.enum(["acknowledge", "shelve", "unshelve"]),
  doneAtMs: wholeMs,
  untilMs: wholeMs.optional(),
  note: z.string().max(1_000).optional(),
});

/** Throws ApiError BAD_REQUEST naming every problem. */
export function checked<T extends z.ZodType>(shape: T, value: unknown): z.output<T> {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join(".") || "query"}: ${issue.message}`);
  throw new ApiError("BAD_REQUEST", problems.join("; "));
}

/** The window of a query: by default the day up to now. */
export function windowOf(query: z.output<typeof windowQuery>, nowMs: number): { fromMs: number; toMs: number } {
  const toMs = query.to ?? nowMs;
  const fromMs = query.from ?? toMs - DAY_MS;
  if (fromMs >= toMs) throw new ApiError("BAD_REQUEST", "from must be before to; both are UTC milliseconds.");
  return { fromMs, toMs };
}
