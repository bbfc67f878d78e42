// From the SDK's dashboard to the file, mending on the way what the SDK leaves wrong.
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { isObject, type Json } from "./json.ts";

/** Of a variable: belongs to interval variables, yet the SDK writes it on others. */
const VARIABLE_NOISE = ["auto", "auto_min", "auto_count"];
/** Of a data link: belongs to the links at the top of a dashboard. */
const LINK_NOISE = ["type", "icon", "tooltip", "tags", "asDropdown", "includeVars", "keepTime"];

function without(object: { [key: string]: Json }, keys: readonly string[]): { [key: string]: Json } {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

function mend(value: Json, place: readonly string[]): Json {
  if (Array.isArray(value)) return value.map((each) => mend(each, place));
  if (!isObject(value)) return value;
  // The SDK puts every link and annotation into a menu, where Grafana hides them and some never appear.
  let kept = value["placement"] === "inControlsMenu" ? without(value, ["placement"]) : value;
  if (place.at(-1) === "list" && place.at(-2) === "templating" && kept["type"] !== "interval") {
    kept = without(kept, VARIABLE_NOISE);
  }
  if (place.at(-1) === "links" && place.length > 1) kept = without(kept, LINK_NOISE);
  return Object.fromEntries(Object.entries(kept).map(([key, each]) => [key, mend(each, [...place, key])]));
}

/**
 * The file's text: classic dashboard JSON (schema 42), because Grafana 13 refuses the new format in provisioned files.
 * The same dashboard always gives the same text.
 */
export function dashboardJson(dashboard: Dashboard): string {
  const plain = JSON.parse(JSON.stringify(dashboard)) as Json;
  return `${JSON.stringify(mend(plain, []), null, 2)}\n`;
}
