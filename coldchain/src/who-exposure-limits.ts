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

/** The alarms of a 30-day logger in a vaccine refrigerator, °C. */
export const WHO_30_DAY_LOGGER: readonly ExposureLimit[] = [
  limitOf("high", 8, false, "consecutive", 10, `${LOGGER}: above +8 °C for 10 h consecutively`),
  limitOf("low", -0.5, true, "consecutive", 1, `${LOGGER}: −0.5 °C or less for 60 min consecutively`),
];

const APPLIANCE = "WHO PQS E003, monitoring of an appliance";

/** Of a door's channel: 1 while it is open. */
const DOOR_OPEN = 1;
/** Of a power supply's channel: 0 while there is none. */
const POWER_OFF = 0;

/**
 * The alarms of a vaccine refrigerator's own monitoring, by their codes: `HEAT` and `FRZE` of its temperature in °C, `DOOR`
 * of a door's channel (1 open, 0 closed), `POWR` of the supply's (1 there, 0 not).
 */
export const WHO_APPLIANCE_ALARMS = {
  HEAT: limitOf("high", 8, false, "consecutive", 10, `${APPLIANCE}: HEAT, above +8 °C for 10 h consecutively`),
  FRZE: limitOf("low", -0.5, true, "consecutive", 1, `${APPLIANCE}: FRZE, −0.5 °C or less for 60 min consecutively`),
  DOOR: moreThan(
    limitOf("high", DOOR_OPEN, true, "consecutive", 5 / 60, `${APPLIANCE}: DOOR, open for more than 5 min together`),
  ),
  POWR: moreThan(
    limitOf("low", POWER_OFF, true, "consecutive", 24, `${APPLIANCE}: POWR, without power for more than 24 h together`),
  ),
} as const;

function moreThan(limit: ExposureLimit): ExposureLimit {
  return { ...limit, allowance: { ...limit.allowance, breachWhen: "exceeded" } };
}
