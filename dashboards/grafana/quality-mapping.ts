// Why a reading is not good, as text and colour for the codes that the store keeps.
import { QUALITIES, type Quality } from "@isotherm/coldchain";
import { MappingType, type ValueMapping } from "@grafana/grafana-foundation-sdk/dashboard";

/** A new quality does not compile until it has words here. */
const WORDS: Readonly<Record<Quality, { readonly text: string; readonly color: string }>> = {
  good: { text: "good", color: "green" },
  "device-timeout": { text: "device did not answer", color: "orange" },
  "bad-crc": { text: "answer damaged (checksum)", color: "orange" },
  sentinel: { text: "device says: no value", color: "orange" },
  "out-of-physical-range": { text: "physically impossible value", color: "red" },
  "probe-fault": { text: "probe fault", color: "red" },
  stuck: { text: "value stuck", color: "red" },
  "clock-untrusted": { text: "clock not trusted", color: "purple" },
  "calibration-overdue": { text: "calibration overdue", color: "purple" },
  stale: { text: "value too old", color: "yellow" },
};

/** Every code of QUALITIES; colour is never alone, the words say it too. */
export function qualityMapping(): ValueMapping {
  const options = QUALITIES.map((quality, code) => [String(code), { ...WORDS[quality], index: code }] as const);
  return { type: MappingType.ValueToText, options: Object.fromEntries(options) };
}
