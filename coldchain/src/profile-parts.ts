// What the rows of a profile's YAML are made of. Messages are written as the mend.
import { z } from "zod";
import { ALLOWANCE_KINDS, type Allowance, BREACH_WHEN } from "./allowance.ts";
import { ROLES, type Role } from "./channels.ts";
import { parseDurationMs } from "./duration.ts";
import type { Gate } from "./gate.ts";

/** Quantities that limits may be set on; a misspelt one would otherwise silently judge nothing. */
const LIMIT_QUANTITIES = ["temperature", "humidity", "door", "power"] as const;

/** Roles that measure something that a limit could be set on. */
const LIMIT_ROLES: readonly Role[] = ROLES.filter((role) => !["position", "contract"].includes(role));

const DAY_MS = 86_400_000;
const DURATION_MEND = "write a number and a unit: 250ms, 30s, 60min, 10h or 1d";

const duration = (msMin: number, daysMax: number) => {
  const mend = `${DURATION_MEND} (at most ${daysMax}d)${msMin > 0 ? ", more than zero" : ""}`;
  return z.string(mend).transform((text, context) => {
    const milliseconds = parseDurationMs(text);
    if (milliseconds !== undefined && milliseconds >= msMin && milliseconds <= daysMax * DAY_MS) return milliseconds;
    context.issues.push({ code: "custom", input: text, message: mend });
    return z.NEVER;
  });
};

export const anyDuration = duration(0, 400);
export const lastingDuration = duration(1, 400);
/** Records are kept for decades at most. */
export const retentionDuration = duration(1, 36_525);

export const words = (what: string) => {
  const mend = `write ${what}, in up to 2,000 characters`;
  return z.string(mend).trim().min(1, mend).max(2_000, mend);
};

export const source = words("where these numbers come from");
export const degrees = z.number("write a number, in the unit of the quantity (°C, %RH)");
export const quantity = z.enum(LIMIT_QUANTITIES, `write one of: ${LIMIT_QUANTITIES.join(", ")}`);
export const role = z.enum(LIMIT_ROLES, `write one of: ${LIMIT_ROLES.join(", ")}`);

const allowance = z
  .strictObject(
    {
      kind: z.enum(ALLOWANCE_KINDS, `write one of: ${ALLOWANCE_KINDS.join(", ")}`),
      allowed: anyDuration,
      breachWhen: z.enum(BREACH_WHEN, `write one of: ${BREACH_WHEN.join(", ")}`),
    },
    "write an allowance: kind, allowed, breachWhen",
  )
  .transform(({ allowed, ...rest }): Allowance => ({ ...rest, allowedMs: allowed }));

const allowancesMend = `write a list of at most ${ALLOWANCE_KINDS.length}, one of each kind: kind, allowed, breachWhen`;

const watchedGate = z
  .strictObject(
    { kind: z.enum(["door", "defrost"]), settling: anyDuration.optional(), atMost: lastingDuration },
    "write a gate: kind, settling, atMost",
  )
  .transform(({ kind, settling, atMost }): Gate => ({ kind, settlingMs: settling ?? 0, atMostMs: atMost }));
const startGate = z
  .strictObject({ kind: z.enum(["pre-cool", "loading"]), atMost: lastingDuration }, "write a gate: kind, atMost")
  .transform(({ kind, atMost }): Gate => ({ kind, settlingMs: 0, atMostMs: atMost }));
const gate = z.discriminatedUnion(
  "kind",
  [watchedGate, startGate],
  "write a gate of kind door or defrost (settling, atMost), or pre-cool or loading (atMost)",
);

/** What limits and rates have in common; `allowancesOf` makes one list of the two ways to write allowances. */
export const judgedFields = {
  quantity,
  role,
  consecutiveAllowance: anyDuration.optional(),
  allowances: z.array(allowance, allowancesMend).max(ALLOWANCE_KINDS.length, allowancesMend).optional(),
  gates: z.array(gate, "write a list of gates").min(1, "leave it out when there is none").max(8).optional(),
  gap: lastingDuration,
  source,
};

/** The short form is one consecutive allowance that is breached when exceeded. */
export function allowancesOf(short: number | undefined, long: readonly Allowance[] | undefined): readonly Allowance[] {
  if (short !== undefined) return [{ kind: "consecutive", allowedMs: short, breachWhen: "exceeded" }];
  return long ?? [];
}
