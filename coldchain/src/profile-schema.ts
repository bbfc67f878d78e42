// The shape of a profile's YAML. Messages are written as the mend.
import { z } from "zod";
import { isId } from "./identifiers.ts";
import { COMBINES } from "./combine.ts";
import type { LimitRow, MktRow, Profile, RateRow, StabilityBudget } from "./profile.ts";
import {
  allowancesOf,
  anyDuration,
  degrees,
  judgedFields,
  lastingDuration,
  retentionDuration,
  role,
  source,
  words,
} from "./profile-parts.ts";

/** Rows of one list of a profile: far more than quantities, roles and sides can make. */
const ROWS_MAX = 64;

const deadband = degrees.min(0, "write 0 or more");

const limit = z
  .strictObject(
    {
      ...judgedFields,
      low: degrees.optional(),
      high: degrees.optional(),
      inclusive: z.boolean("write true (a reading on the limit is outside) or false").optional(),
      combine: z.enum(COMBINES, `write one of: ${COMBINES.join(", ")}`).optional(),
      deadband,
      onDelay: anyDuration,
      offDelay: anyDuration,
    },
    "write a row: quantity, role, low and/or high, deadband, onDelay, offDelay, allowances, gap, source",
  )
  .transform(
    ({
      low,
      high,
      inclusive,
      combine,
      onDelay,
      offDelay,
      consecutiveAllowance,
      allowances,
      gates,
      gap,
      ...row
    }): LimitRow => ({
      ...row,
      ...(low === undefined ? {} : { low }),
      ...(high === undefined ? {} : { high }),
      ...(inclusive === undefined ? {} : { inclusive }),
      ...(combine === undefined ? {} : { combine }),
      onDelayMs: onDelay,
      offDelayMs: offDelay,
      allowances: allowancesOf(consecutiveAllowance, allowances),
      ...(gates === undefined ? {} : { gates }),
      gapMs: gap,
    }),
  );

const speed = z.number("write a number above 0, in the unit of the quantity an hour").positive("write more than 0");

const rate = z
  .strictObject(
    {
      ...judgedFields,
      over: lastingDuration,
      risePerHour: speed.optional(),
      fallPerHour: speed.optional(),
      deadband: deadband.optional(),
      onDelay: anyDuration.optional(),
      offDelay: anyDuration.optional(),
    },
    "write a row: quantity, role, over, risePerHour and/or fallPerHour, allowances, gap, source",
  )
  .transform(
    ({
      over,
      risePerHour,
      fallPerHour,
      onDelay,
      offDelay,
      consecutiveAllowance,
      allowances,
      gates,
      gap,
      ...row
    }): RateRow => ({
      ...row,
      overMs: over,
      ...(risePerHour === undefined ? {} : { risePerHour }),
      ...(fallPerHour === undefined ? {} : { fallPerHour }),
      deadband: row.deadband ?? 0,
      onDelayMs: onDelay ?? 0,
      offDelayMs: offDelay ?? 0,
      allowances: allowancesOf(consecutiveAllowance, allowances),
      ...(gates === undefined ? {} : { gates }),
      gapMs: gap,
    }),
  );

const celsius = z.number("write a number, in °C").min(-273, "write a temperature in °C");

const mkt = z
  .strictObject(
    {
      role,
      window: z.union([z.literal("shipment"), lastingDuration], "write 24h, 30d or another duration, or shipment"),
      highC: celsius,
      gap: lastingDuration,
      source,
    },
    "write a row: role, window, highC, gap, source",
  )
  .transform(({ window, gap, ...row }): MktRow => ({
    ...row,
    windowMs: window === "shipment" ? null : window,
    gapMs: gap,
  }));

const stabilityRow = z
  .strictObject({ above: celsius, upTo: celsius, allowed: lastingDuration }, "write a row: above, upTo, allowed")
  .transform(({ above, upTo, allowed }) => ({ aboveC: above, upToC: upTo, allowedMs: allowed }));

const stability = z
  .strictObject(
    { role, rows: rowsOf(stabilityRow, "times: above, upTo, allowed"), gap: lastingDuration, source },
    "write a budget: role, rows, gap, source",
  )
  .transform(({ gap, ...row }): StabilityBudget => ({ ...row, gapMs: gap }));

const retention = z
  .strictObject({ atLeast: retentionDuration, source }, "write `atLeast:` and `source:` below it")
  .transform((row) => ({ atLeastMs: row.atLeast, source: row.source }));

const idMend = "write 1-64 letters, digits, `.`, `_` or `-`, beginning with a letter or digit";
const versionMend = "write a whole number from 1; raise it whenever a number of the profile changes";

function rowsOf<Row extends z.ZodType>(row: Row, what: string) {
  const mend = `write 1 to ${ROWS_MAX} rows of ${what}`;
  return z.array(row, mend).min(1, mend).max(ROWS_MAX, mend);
}

export const profileSchema = z
  .strictObject(
    {
      id: z.string(idMend).refine(isId, idMend),
      version: z.int(versionMend).min(1, versionMend),
      title: z.strictObject(
        { en: words("a title in English"), zh: words("a title in Chinese") },
        "write `en:` and `zh:` below it",
      ),
      liveMaxAge: lastingDuration,
      limits: rowsOf(limit, "limits"),
      rates: rowsOf(rate, "rates of change").optional(),
      mkt: rowsOf(mkt, "mean kinetic temperatures").optional(),
      stability: rowsOf(stability, "stability budgets").optional(),
      retention: retention.optional(),
      source: words("what this profile as a whole rests on"),
    },
    "write a profile: id, version, title, liveMaxAge, limits, source",
  )
  .transform(({ liveMaxAge, rates, mkt: mkts, stability: budgets, retention: kept, ...profile }): Profile => ({
    ...profile,
    liveMaxAgeMs: liveMaxAge,
    ...(rates === undefined ? {} : { rates }),
    ...(mkts === undefined ? {} : { mkt: mkts }),
    ...(budgets === undefined ? {} : { stability: budgets }),
    ...(kept === undefined ? {} : { retention: kept }),
  }));
