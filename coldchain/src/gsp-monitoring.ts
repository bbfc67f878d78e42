// What China's GSP (药品经营质量管理规范) Appendix 3 asks of the automatic monitoring of temperature and humidity, in numbers.

const MINUTE_MS = 60_000;

/** Appendix 3: every measuring point refreshes its value at least this often. */
export const GSP_REFRESH_MS_MAX = MINUTE_MS;

/** Where a measuring point is, or `out-of-range` while its value is outside its limits, wherever that is. */
export type GspState = "storage" | "transport" | "out-of-range";

/** Appendix 3: a record at least every 30 minutes in a store, 5 minutes in transport, 2 minutes while out of range. */
const RECORD_INTERVAL_MS_MAX: Readonly<Record<GspState, number>> = {
  storage: 30 * MINUTE_MS,
  transport: 5 * MINUTE_MS,
  "out-of-range": 2 * MINUTE_MS,
};

/** The longest that may lie between two records; exactly this is kept. */
export function gspRecordIntervalMsMax(state: GspState): number {
  return RECORD_INTERVAL_MS_MAX[state];
}

/** Appendix 3, maximum permissible error of humidity, as a plus-minus figure in %RH. */
export const GSP_HUMIDITY_ERROR_MAX_RH = 5;

/**
 * Appendix 3, maximum permissible error of a temperature as a plus-minus figure in °C: 0.5 from 0 to 40 °C, 1.0 from −25 °C up
 * to 0 °C. At 0 °C, which both name, the stricter. Null where the appendix names none.
 */
export function gspTemperatureErrorMaxC(temperatureC: number): number | null {
  if (temperatureC >= 0 && temperatureC <= 40) return 0.5;
  return temperatureC >= -25 && temperatureC < 0 ? 1 : null;
}

/** Of whole stores and vehicles; heights, areas and volumes in metres, square metres and cubic metres. */
export type GspPlace =
  /** One independent room of a store; `rackHeightM` where goods stand in racks. */
  | { readonly kind: "flat-store"; readonly areaM2: number; readonly rackHeightM?: number }
  /** A chilled or frozen room: the same rules for a third of the area. */
  | { readonly kind: "cold-store"; readonly areaM2: number; readonly rackHeightM?: number }
  /** One refrigerated compartment of a vehicle. */
  | { readonly kind: "vehicle"; readonly volumeM3: number }
  /** Cool boxes and insulated boxes: each has its own. */
  | { readonly kind: "boxes"; readonly count: number };

const FLAT_UNIT_M2 = 300;
const COLD_UNIT_M2 = 100;
const VEHICLE_UNIT_M3 = 20;
const RACK_HEIGHT_M_MIN = 4.5;
const RACK_HEIGHT_M_HIGH = 8;

/**
 * Appendix 3: how many measuring terminals a place has at least. A room or vehicle has two, and one more for each started
 * unit beyond the first (300 m² of a flat store, 100 m² of a cold one, 20 m³ of a vehicle). Racks of 4.5 to 8 m have two for
 * each started unit, upper and lower; higher ones three, upper, middle and lower.
 *
 * @throws RangeError for a size that is negative, zero or not finite, and for a count of boxes that is not whole
 */
export function gspTerminalCountMin(place: GspPlace): number {
  switch (place.kind) {
    case "flat-store":
      return storeCount(place, FLAT_UNIT_M2);
    case "cold-store":
      return storeCount(place, COLD_UNIT_M2);
    case "vehicle":
      return 2 + furtherUnits(place.volumeM3, VEHICLE_UNIT_M3);
    case "boxes":
      if (!(Number.isSafeInteger(place.count) && place.count >= 0))
        throw new RangeError(`${place.count} is no count of boxes; give a whole number from 0`);
      return place.count;
  }
}

function storeCount(
  { areaM2, rackHeightM }: { readonly areaM2: number; readonly rackHeightM?: number },
  unitM2: number,
): number {
  const further = furtherUnits(areaM2, unitM2);
  if (rackHeightM === undefined || rackHeightM < RACK_HEIGHT_M_MIN) return 2 + further;
  const levels = rackHeightM > RACK_HEIGHT_M_HIGH ? 3 : 2;
  return levels * (1 + further);
}

/** Started units beyond the first. */
function furtherUnits(size: number, unit: number): number {
  if (!(size > 0 && Number.isFinite(size))) throw new RangeError(`${size} is no size; give more than 0`);
  return Math.ceil(Math.max(0, size - unit) / unit);
}
