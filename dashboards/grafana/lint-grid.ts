// Where panels lie.
import { type JsonObject, objectOf } from "./json.ts";
import { GRID_COLUMNS } from "./lint-limits.ts";
import type { Report } from "./lint-report.ts";

interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

function placeOf(panel: JsonObject): Place | undefined {
  const { x, y, w, h } = objectOf(panel["gridPos"]);
  const sides = [x, y, w, h];
  if (!sides.every((side) => typeof side === "number" && Number.isInteger(side) && side >= 0)) return undefined;
  return { x, y, w, h } as Place;
}

function overlaps(a: Place, b: Place): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

/** Panels that are shown together: those of a dashboard, or those inside one row. */
export function lintGrid(panels: readonly JsonObject[], reportOf: (panel: JsonObject) => Report): void {
  const laid: { readonly place: Place; readonly panel: JsonObject }[] = [];
  for (const panel of panels) {
    const place = placeOf(panel);
    const report = reportOf(panel);
    if (place === undefined || place.w === 0 || place.h === 0) {
      report("grid-place", "has no place", "give gridPos x, y, w and h as whole numbers");
      continue;
    }
    if (place.x + place.w > GRID_COLUMNS) {
      const problem = `reaches column ${place.x + place.w} of ${GRID_COLUMNS}`;
      report("grid-place", problem, "make it narrower, or move it to the left");
    }
    const under = laid.find((other) => overlaps(place, other.place));
    if (under !== undefined) {
      report("grid-place", `lies over panel ${JSON.stringify(under.panel["title"] ?? "")}`, "move one of them");
    }
    laid.push({ place, panel });
  }
}
