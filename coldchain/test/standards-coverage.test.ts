// Which test holds which row of the standards (standards.md §1-3, §7, and those items of §9 that concern assessment), so that
// somebody can check that none is missing. A row without a test says why.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { assert, suite } from "../../checks/kit.ts";

const test = suite("standards: every row and its test");
const ROOT = join(import.meta.dirname, "..", "..");

const GSP = "coldchain/src/gsp-monitoring.test.ts";
const GAPS = "coldchain/src/record-gaps.test.ts";
const EN = "coldchain/src/en-12830.test.ts";
const MKT = "coldchain/src/mean-kinetic-temperature.test.ts";
const STABILITY = "coldchain/src/stability-budget.test.ts";
const ALLOWANCE = "coldchain/src/allowance.test.ts";
const ALARM = "coldchain/src/alarm-standard.test.ts";
const LIMITS = "coldchain/test/profile-limits.test.ts";
const TIMES = "coldchain/test/profile-times.test.ts";
const BEHAVIOUR = "coldchain/test/profile-behaviour.test.ts";
const APPLIANCE = "coldchain/test/who-appliance.test.ts";

type Holder = readonly [file: string, said: string];
/** Words: why no test of assessment holds the row. */
type Row = readonly [row: string, says: string, held: readonly Holder[] | string];

const ROWS: readonly Row[] = [
  // China
  ["GSP-01", "terminals, host, UPS and software", "equipment, not judgement"],
  ["GSP-02", "fields of a record", "the record's format, not judgement"],
  ["GSP-03", "±0.5 °C at 0-40 °C, ±1.0 °C at −25-0 °C", [[GSP, "GSP-03"], [TIMES, "GSP-03"]]],
  ["GSP-04", "±5 %RH", [[GSP, "GSP-04"], [TIMES, "GSP-04"]]],
  ["GSP-05", "refresh every minute", [[GSP, "GSP-05"]]],
  ["GSP-06", "a record every 30 min in a store", [[GSP, "GSP-06"], [GAPS, "GSP-06"], [TIMES, "GSP-06"]]],
  ["GSP-07", "a record every 5 min in transport", [[GSP, "GSP-07"], [GAPS, "GSP-07"], [TIMES, "GSP-07"]]],
  ["GSP-08", "a record every 2 min out of range", [[GSP, "GSP-08"], [GAPS, "GSP-08"]]],
  ["GSP-09", "alarm at a critical value and out of range", [[LIMITS, "GSP-09"], [BEHAVIOUR, "GSP-09"], [TIMES, "GSP-09"]]],
  ["GSP-10", "sound, light, SMS to three persons", "notification, not judgement"],
  ["GSP-11", "SMS when the power fails", "notification, not judgement"],
  ["GSP-12", "data true, complete, not lost", "the delivery contract, not judgement"],
  ["GSP-13", "no change, no deletion, no reverse import", "stores and the API, not judgement"],
  ["GSP-14", "no correction by users", "calibration is a dated fact beside the data, not judgement"],
  ["GSP-15", "five years' retention, from memory", [[TIMES, "retention: GSP 5 years"]]],
  ["GSP-16", "independent of control and power", "equipment, not judgement"],
  ["GSP-17", "calibration once a year, from memory", "a dated fact, not judgement"],
  ["GSP-18", "validation loggers ±0.5 °C", "equipment; the same figure as GSP-03"],
  ["§1.1 n_flat", "2, and one for each started 300 m²", [[GSP, "n_flat"]]],
  ["§1.1 n_cold", "2, and one for each started 100 m²", [[GSP, "n_cold"]]],
  ["§1.1 n_vehicle", "2, and one for each started 20 m³", [[GSP, "n_vehicle"]]],
  ["§1.1 boxes", "one each", [[GSP, "GSP sensor counts, boxes"]]],
  ["§1.1 racks", "two levels from 4.5 m, three above 8 m", [[GSP, "GSP sensor counts, racks"]]],
  ["§1.1 gap rule", "a gap over the bound is a finding", [[GAPS, "the findings are exactly"], ["ingest/src/assess/assess-profile.test.ts", "GSP-07, GSP-08: how often"]]],
  ["§1.2 zones", "cool, room, 35-75 %RH", [[LIMITS, "gsp-store-cool"], [LIMITS, "gsp-store-room"]]],
  ["§1.2 SOP", "goods into quarantine within 10 and 5 min, distances", "handling by people; no readings tell it"],
  ["§1.3", "vaccines 2-8 °C, frozen −20 °C, ultra-cold", [[LIMITS, "gsp-frozen-minus-20"], [LIMITS, "vaccine-ult"], [BEHAVIOUR, "gsp-frozen-minus-20"]]],
  ["GB 31605", "monitoring, recording, alarm, control", "equipment; no figures were found"],
  ["GB/T 24616", "chilled above freezing and below 8 °C, frozen −18 °C", [[LIMITS, "gbt-24616-chilled"], [LIMITS, "frozen-minus-18"], [BEHAVIOUR, "GB/T 24616 chilled"]]],
  ["GB/T 28577", "bands of logistics", "classes of trade, which limit no goods"],
  ["GB/T 36088, GB/T 28843", "two years' retention", [[TIMES, "GB/T 36088 2 years"]]],
  ["DB31/T 388 food groups", "seven groups", ["chilled-0-4", "chilled-0-7", "frozen", "ice-cream", "tuna-storage", "cabbage-potato", "apple"].map((id): Holder => [LIMITS, `db31-388-${id}`])],
  ["DB31/T 388 operations", "rises, rejection, display, pre-cooling, dock", ["frozen-display", "chilled-display", "tuna-transport", "pre-cooled-vehicle", "loading-dock"].map((id): Holder => [LIMITS, `db31-388-${id}`]).concat([[BEHAVIOUR, "DB31/T 388 frozen"]])],
  ["DB31/T 388 fluctuation", "±1 °C by day and night in a store", "the store's own set point is not known to a profile"],
  ["§1.4 fruit and vegetables", "13 sorts", ["apple", "pear", "grape", "strawberry", "citrus", "mango", "banana", "pineapple", "melon", "potato", "tomato-unripe", "cucumber", "leafy"].map((id): Holder => [LIMITS, `produce-${id}`])],
  ["§1.4 chilling injury", "cucumber below 5 °C", [[LIMITS, "cucumber, chilling below 5"], [BEHAVIOUR, "bananas: chilling adds up"]]],
  ["§1.6", "proposed profiles", [[LIMITS, "§1.6 ULT vaccine"], [LIMITS, "§1.6 vaccine frozen"], [LIMITS, "§1.6 WHO freezer room"], [LIMITS, "§1.6 CRT"], [LIMITS, "§1.6 banana"]]],
  // International
  ["§2.1 EU GDP", "calibration yearly, five years, no MKT in transport", "facts and records; MKT never releases goods anywhere here"],
  ["§2.2 WHO TRS 961", "six records an hour, from memory", "not seen in the text; no row rests on it"],
  ["§2.2 PQS E006/TR05", "logger ±0.5 °C, 0.1 °C", "equipment, not judgement"],
  ["§2.2 30DTR", "above 8 °C 10 h, −0.5 °C 60 min, consecutive", [[ALLOWANCE, "30-day logger: above +8 °C"], [ALLOWANCE, "30-day logger: at or below −0.5 °C"], [TIMES, "§2.2 30DTR"]]],
  ["§2.2 HEAT", "above 8 °C for 10 h", [[APPLIANCE, "HEAT: above +8 °C"]]],
  ["§2.2 FRZE", "−0.5 °C or less for 60 min", [[APPLIANCE, "FRZE: −0.5 °C or less"]]],
  ["§2.2 DOOR", "open for more than 5 min", [[APPLIANCE, "DOOR: open for more than 5 min"]]],
  ["§2.2 POWR", "no power for more than 24 h", [[APPLIANCE, "POWR: no power for more than 24 h"]]],
  ["§2.2 type I", "45 °C 1 h, 30 °C 10 h in all, −0.5 °C 1 h", [[ALLOWANCE, "type I: 45 °C"], [BEHAVIOUR, "WHO type I:"], [LIMITS, "§2.2 type I"]]],
  ["§2.2 type II", "45 °C 1 h, 30 °C 10 h, 10 °C 20 h in all", [[ALLOWANCE, "type II: 10 °C"], [BEHAVIOUR, "WHO type II:"], [LIMITS, "§2.2 type II"]]],
  ["§2.2 auto-stop", "devices stop after 10 days", "a device's own matter; our readings go on"],
  ["§2.3 4.9.2.1", "class 1: ±1 °C, 0.5 °C; class 2 from memory", [[EN, "4.9.2.1"], [TIMES, "EN 12830 class 1"]]],
  ["§2.3 4.9.2.2", "5, 15, 60 min by length of trip", [[EN, "4.9.2.2: 5 min"], [EN, "the same records are enough"], [TIMES, "EN 12830 4.9.2.2"]]],
  ["§2.3 4.4.2", "records for one year", [[TIMES, "EN 12830 and FSMA 1 year"]]],
  ["§2.4 CDC", "a record every 30 min", [[TIMES, "§2.4 CDC"]]],
  ["§2.5 cold holding", "5 °C, 8 °C, −18 °C with −15 °C", [[LIMITS, "haccp-cold-holding-5"], [LIMITS, "haccp-cold-holding-uk-8"], [LIMITS, "haccp-quick-frozen"], [TIMES, "§2.5 tolerance"]]],
  ["§2.5 FSMA 204", "tracking events", "traceability, not judgement"],
  ["§2.6", "audit trail", "stores and the API, not judgement"],
  ["§2.7 classes", "A-D and mechanical A-F", [..."abcd"].map((c): Holder => [LIMITS, `atp-refrigerated-${c}`]).concat([..."abcdef"].map((c): Holder => [LIMITS, `atp-mechanical-${c}`]))],
  ["§2.7 insulation", "K of 0.70 and 0.40 W/m²K", "equipment, not judgement"],
  ["§2.7 frozen food", "−20, −18, −12, −10 °C, rise of 3 °C", [[LIMITS, "atp-ice-cream"], [LIMITS, "atp-quick-frozen"], [LIMITS, "atp-frozen-other"], [LIMITS, "atp-frozen-butter"], [BEHAVIOUR, "ATP quick-frozen"]]],
  ["§2.7 chilled food", "7, 6, 4, 3, 2 °C and melting ice", ["raw-milk", "red-meat", "dairy-ready-meals", "poultry-game", "red-offal", "minced-meat", "fish-on-ice"].map((id): Holder => [LIMITS, `atp-${id}`])],
  // Figures
  ["§3.1 formula", "log-sum-exp, ΔH/R 10,000 K", [[MKT, "ΔH/R is 10,000 K"], [MKT, "a plain sum of exponentials"], [MKT, "nothing under- or overflows"]]],
  ["§3.2 windows", "24 h and 30 d that contain the excursion, the greatest", [[MKT, "24 h with the excursion in any place"], [MKT, "a year's average hides"], [MKT, "no placing on a fine grid"], [TIMES, "§3.2 USP <1079.2>: MKT at most"]]],
  ["§3.2 limits", "8 °C, 25 °C; 8-15 °C, 15-30 °C, spikes to 40 °C", [[BEHAVIOUR, "USP <1079.2> cold: under 24 h"], [BEHAVIOUR, "USP <1079.2> room"], [TIMES, "15-30 °C by MKT alone"]]],
  ["§3.2 zone IVb", "30-40 °C under 24 h", "the source was cut off; no profile rests on it"],
  ["§3.3 vectors", "nine rows and the test data's file", [[MKT, "every vector to 1e-6 °C"], [MKT, "mkt-vectors.json agrees"], [BEHAVIOUR, "18 h at 5 °C and 6 h at 14 °C"]]],
  ["§3.3 properties", "mean, order, constant, split, monotone", [[MKT, "§3.3 properties"]]],
  ["§3.4", "time by allowed time, 70, 90, 100 %, hand-over", [[STABILITY, "time by allowed time"], [STABILITY, "70, 90 and 100 %"], [STABILITY, "carried across hand-overs"]]],
  ["§3.5", "spoilage and Q10", [[MKT, "3.48 times as fast"]]],
  ["§3.5 RRS", "models of quality", "no assessment asks for a model of quality yet"],
  ["§3.6 VVM", "end points, from memory", "no assessment asks for a model of quality yet"],
  // Alarms
  ["§7 A→B", "condition", [[ALARM, "A→B"]]],
  ["§7 B→C", "acknowledge", [[ALARM, "B→C"]]],
  ["§7 B→D", "return", [[ALARM, "B→D"]]],
  ["§7 C→A", "return", [[ALARM, "C→A"]]],
  ["§7 D→A", "acknowledge", [[ALARM, "D→A"]]],
  ["§7 D→B", "re-alarm", [[ALARM, "D→B"]]],
  ["§7 E", "shelving by an operator, timed", [[ALARM, "{B, C, D}→E"], [ALARM, "E→ the state"], ["coldchain/src/alarm-state.test.ts", "every state and every input"]]],
  ["§7 one-shot shelving, F, G, latched", "not offered", "a person's time on the shelf always ends; nothing is suppressed by design"],
  ["§7 delays and deadband", "on, off, deadband of temperatures", [["ingest/src/assessor.test.ts", "a live excursion raises at its onset"], ["coldchain/src/excursion.test.ts", "chatter within the deadband"], [TIMES, "the deadband is no narrower"]]],
  ["§7 rates", "alarms an hour, flood, chatter", "figures about alarms come with their notification"],
  // The catalogue
  ["§9 item 1", "GSP intervals by state", [[GSP, "GSP-06, GSP-07, GSP-08"]]],
  ["§9 item 4", "formula of terminals", [[GSP, "a greater place never has fewer"]]],
  ["§9 item 5", "timers across record boundaries, reset on one good sample", [[APPLIANCE, "§9 item 5"], [APPLIANCE, "record by record the timers"], [ALLOWANCE, "§9 item 5"]]],
  ["§9 item 6", "cumulative alarms of type I and II", [[BEHAVIOUR, "WHO type II:"]]],
  ["§9 item 7", "MKT vectors, properties, stability", [[MKT, "every vector to 1e-6 °C"]]],
  ["§9 item 8", "sliding maximum", [[MKT, "no placing on a fine grid"]]],
  ["§9 item 16", "alarm state machine", [[ALARM, "ISA-18.2"]]],
]; // prettier-ignore

const texts = new Map<string, string>();
function textOf(file: string): string {
  const text = texts.get(file) ?? readFileSync(join(ROOT, file), "utf8");
  texts.set(file, text);
  return text;
}

for (const [row, says, held] of ROWS)
  test(`${row}: ${says}`, () => {
    if (typeof held === "string") return assert.ok(held.length > 10);
    assert.ok(held.length > 0);
    for (const [file, said] of held) assert.ok(textOf(file).includes(said), `${file} has no test "${said}"`);
  });

test("every numbered row of GSP's table is here, each once", () => {
  const rows = ROWS.map(([row]) => row);
  assert.equal(new Set(rows).size, rows.length);
  for (let i = 1; i <= 18; i++) assert.ok(rows.includes(`GSP-${String(i).padStart(2, "0")}`), `GSP-${i}`);
});

test.run();
