// What WHO has devices in vaccine shipments and refrigerators count.
import type { AllowanceKind, ExposureLimit } from "./exposure.ts";

const HOUR_MS = 3_600_000;

const SHIPMENT = "WHO, devices for international shipments of vaccine (type";
const LOGGER = "WHO PQS E006, 30-day temperature recorder";

/** One reading that is not outside starts a consecutive count anew, so there is no deadband. */
function limitOf(
  side: "high" | "low",
  limit: number,
  inclusive: boolean,
  kind: AllowanceKind,
  hours: number,
  source: string,
): ExposureLimit {
  const allowance = { kind, allowedMs: hours * HOUR_MS, breachWhen: "reached" } as const;
  return { side, limit, inclusive, deadband: 0, allowance, source };
}

/** Freeze-sensitive vaccines (DTP, hepatitis B, IPV and their like), °C. The devices stop by themselves after 10 days. */
export const WHO_SHIPMENT_TYPE_I: readonly ExposureLimit[] = [
  limitOf("high", 45, true, "single-event", 1, `${SHIPMENT} I): 45 °C or more, 1 h in one event`),
  limitOf("high", 30, true, "cumulative", 10, `${SHIPMENT} I): 30 °C or more, 10 h in all`),
  limitOf("low", -0.5, true, "single-event", 1, `${SHIPMENT} I): −0.5 °C or less, 1 h in one event`),
];

/** Vaccines that may be frozen (OPV, BCG, measles and their like), °C. The devices stop by themselves after 10 days. */
export const WHO_SHIPMENT_TYPE_II: readonly ExposureLimit[] = [
  limitOf("high", 45, true, "single-event", 1, `${SHIPMENT} II): 45 °C or more, 1 h in one event`),
  limitOf("high", 30, true, "cumulative", 10, `${SHIPMENT} II): 30 °C or more, 10 h in all`),
  limitOf("high", 10, true, "cumulative", 20, `${SHIPMENT} II): 10 °C or more, 20 h in all`),
];

/** The alarms of a 30-day logger in a vaccine refrigerator, °C; those of an appliance's own monitoring (E003) are the same. */
export const WHO_30_DAY_LOGGER: readonly ExposureLimit[] = [
  limitOf("high", 8, false, "consecutive", 10, `${LOGGER}: above +8 °C for 10 h consecutively`),
  limitOf("low", -0.5, true, "consecutive", 1, `${LOGGER}: −0.5 °C or less for 60 min consecutively`),
];
