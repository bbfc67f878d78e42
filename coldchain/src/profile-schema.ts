// The shape of a profile's YAML. Messages are written as the mend.
import { z } from "zod";
import { ROLES, type Role } from "./channels.ts";
import { parseDurationMs } from "./duration.ts";
import { isId } from "./identifiers.ts";
import type { LimitRow, Profile } from "./profile.ts";

/** Quantities that limits may be set on; a misspelt one would otherwise silently judge nothing. */
const LIMIT_QUANTITIES = ["temperature", "humidity"] as const;

/** Roles that measure something that a limit could be set on. */
const LIMIT_ROLES: readonly Role[] = ROLES.filter((role) => !["door", "position", "contract"].includes(role));

/** Rows of one profile: far more than quantities, roles and sides can make. */
const LIMITS_MAX = 64;

const DURATION_MS_MAX = 400 * 86_400_000;
const DURATION_MEND = "write a number and a unit: 250ms, 30s, 60min, 10h or 1d (at most 400d)";

const duration = (msMin: number, mend: string) =>
  z.string(mend).transform((text, context) => {
    const milliseconds = parseDurationMs(text);
    if (milliseconds !== undefined && milliseconds >= msMin && milliseconds <= DURATION_MS_MAX) return milliseconds;
    context.issues.push({ code: "custom", input: text, message: mend });
    return z.NEVER;
  });

const anyDuration = duration(0, DURATION_MEND);
const lastingDuration = duration(1, `${DURATION_MEND}, more than zero`);

const words = (what: string) => {
  const mend = `write ${what}, in up to 2,000 characters`;
  return z.string(mend).trim().min(1, mend).max(2_000, mend);
};

const degrees = z.number("write a number, in the unit of the quantity (°C, %RH)");

const limitSchema = z
  .strictObject(
    {
      quantity: z.enum(LIMIT_QUANTITIES, `write one of: ${LIMIT_QUANTITIES.join(", ")}`),
      role: z.enum(LIMIT_ROLES, `write one of: ${LIMIT_ROLES.join(", ")}`),
      low: degrees.optional(),
      high: degrees.optional(),
      inclusive: z.boolean("write true (a reading on the limit is outside) or false").optional(),
      deadband: degrees.min(0, "write 0 or more"),
      onDelay: anyDuration,
      offDelay: anyDuration,
      consecutiveAllowance: anyDuration,
      gap: lastingDuration,
      source: words("where these numbers come from"),
    },
    "write a row: quantity, role, low and/or high, deadband, onDelay, offDelay, consecutiveAllowance, gap, source",
  )
  .transform(({ low, high, inclusive, onDelay, offDelay, consecutiveAllowance, gap, ...row }): LimitRow => ({
    ...row,
    ...(low === undefined ? {} : { low }),
    ...(high === undefined ? {} : { high }),
    ...(inclusive === undefined ? {} : { inclusive }),
    onDelayMs: onDelay,
    offDelayMs: offDelay,
    consecutiveAllowanceMs: consecutiveAllowance,
    gapMs: gap,
  }));

const idMend = "write 1-64 letters, digits, `.`, `_` or `-`, beginning with a letter or digit";
const versionMend = "write a whole number from 1; raise it whenever a number of the profile changes";
const limitsMend = `write 1 to ${LIMITS_MAX} rows of limits`;

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
      limits: z.array(limitSchema, limitsMend).min(1, limitsMend).max(LIMITS_MAX, limitsMend),
      source: words("what this profile as a whole rests on"),
    },
    "write a profile: id, version, title, liveMaxAge, limits, source",
  )
  .transform(({ liveMaxAge, ...profile }): Profile => ({ ...profile, liveMaxAgeMs: liveMaxAge }));
