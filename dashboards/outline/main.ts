// Makes page-parts/outline.geojson, the land that the maps are drawn on, from Natural Earth as packaged by world-atlas:
// fine within a box around East and South-East Asia, coarse elsewhere. Land only: no borders are drawn, so none are claimed.
//
//   node dashboards/outline/main.ts [fromLon toLon fromLat toLat]

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { clipRing, type Box, type Position, simplifyRing, ringArea } from "./ring.ts";

type Arc = readonly (readonly [number, number])[];
interface Geometry {
  readonly type: "Polygon" | "MultiPolygon" | "GeometryCollection";
  readonly arcs?: readonly (readonly number[] | readonly (readonly number[])[])[];
  readonly geometries?: readonly Geometry[];
}
interface Topology {
  readonly transform: { scale: [number, number]; translate: [number, number] };
  readonly arcs: readonly Arc[];
  readonly objects: { land: Geometry };
}
type Polygon = Position[][];

const BYTES_MAX = 400_000;
/** Degrees: about 1 km, and what the finer of the two sources supports. */
const FINE = { toleranceDeg: 0.012, areaMinDeg2: 0.0015, decimals: 2 };
const COARSE = { toleranceDeg: 0.05, areaMinDeg2: 0.2, decimals: 1 };
/** The boxes overlap by this much, so that no seam shows between them. */
const OVERLAP_DEG = 0.1;

const require = createRequire(import.meta.url);

/** The rings of a TopoJSON file's land, with arcs decoded and joined. */
function polygonsOf(file: string): Polygon[] {
  const topology = JSON.parse(readFileSync(require.resolve(`world-atlas/${file}`), "utf8")) as Topology;
  const { scale, translate } = topology.transform;
  const arcs = topology.arcs.map((arc) => {
    let [x, y] = [0, 0];
    return arc.map(([dx, dy]): Position => {
      [x, y] = [x + dx, y + dy];
      return [x * scale[0] + translate[0], y * scale[1] + translate[1]];
    });
  });
  const arcAt = (index: number): Position[] => {
    const arc = arcs[index < 0 ? ~index : index] ?? [];
    return index < 0 ? arc.toReversed() : arc;
  };
  const ringOf = (indexes: readonly number[]): Position[] =>
    indexes.flatMap((index, i) => (i === 0 ? arcAt(index) : arcAt(index).slice(1)));
  const walk = (geometry: Geometry): Polygon[] => {
    if (geometry.type === "GeometryCollection") return (geometry.geometries ?? []).flatMap(walk);
    const polygons = geometry.type === "Polygon" ? [geometry.arcs] : geometry.arcs;
    return (polygons as readonly (readonly number[])[][]).map((polygon) => polygon.map(ringOf));
  };
  return walk(topology.objects.land);
}

function drawn(
  polygons: readonly Polygon[],
  box: Box,
  { toleranceDeg, areaMinDeg2, decimals }: typeof FINE,
): Polygon[] {
  const round = ([x, y]: Position): Position => [Number(x.toFixed(decimals)), Number(y.toFixed(decimals))];
  return polygons.flatMap((polygon) => {
    const rings = polygon
      .map((ring) => simplifyRing(clipRing(ring, box), toleranceDeg).map(round))
      .filter((ring) => ring.length >= 4 && ringArea(ring) >= areaMinDeg2);
    return rings.length === 0 ? [] : [rings];
  });
}

const [west = 68, east = 156, south = -14, north = 58] = process.argv.slice(2).map(Number);
const fine: Box = { west, east, south, north };
const rest: Box[] = [
  { west: -180, east: west + OVERLAP_DEG, south: -90, north: 90 },
  { west: east - OVERLAP_DEG, east: 180, south: -90, north: 90 },
  { west, east, south: -90, north: south + OVERLAP_DEG },
  { west, east, south: north - OVERLAP_DEG, north: 90 },
];
const coarseLand = polygonsOf("land-110m.json");
const coordinates = [
  ...drawn(polygonsOf("land-10m.json"), fine, FINE),
  ...rest.flatMap((box) => drawn(coarseLand, box, COARSE)),
];
const outline = {
  type: "FeatureCollection",
  features: [
    { type: "Feature", properties: { source: "Natural Earth" }, geometry: { type: "MultiPolygon", coordinates } },
  ],
};
const text = `${JSON.stringify(outline)}\n`;
if (text.length > BYTES_MAX) throw new Error(`the outline has ${text.length} bytes, of at most ${BYTES_MAX}`);
writeFileSync(join(import.meta.dirname, "../page-parts/outline.geojson"), text);
process.stdout.write(`${coordinates.length} polygons, ${text.length} bytes\n`);
