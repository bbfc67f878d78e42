// A vehicle along a line of waypoints: where it is, how fast and which way, at any time.

export interface Waypoint {
  readonly latDeg: number;
  readonly lonDeg: number;
  /** Standing time there, in minutes. */
  readonly stopMin?: number;
}

export interface RouteOptions {
  /** At least one; WGS-84. */
  readonly waypoints: readonly Waypoint[];
  readonly speedKmh: number;
  /** At the end: `stay` there (default), go `back` the same way and forth again, or drive on to the first in a `round`. */
  readonly atEnd?: "stay" | "back" | "round";
}

export interface RoutePosition {
  readonly latDeg: number;
  readonly lonDeg: number;
  readonly speedMps: number;
  /** Course over ground, 0 to 360; kept while standing. */
  readonly trackDeg: number;
}

export interface Route {
  /** Pure: the position so many milliseconds after the start. */
  at(elapsedMs: number): RoutePosition;
  readonly durationMs: number;
  readonly lengthM: number;
}

interface Leg {
  readonly from: Waypoint;
  readonly to: Waypoint;
  readonly startMs: number;
  readonly driveMs: number;
  readonly trackDeg: number;
}

const EARTH_RADIUS_M = 6_371_008.8;
const RADIANS = Math.PI / 180;

export function route(options: RouteOptions): Route {
  const first = options.waypoints[0];
  if (first === undefined) throw new RangeError("A route needs at least one waypoint.");
  if (!(options.speedKmh > 0)) throw new RangeError("A route needs a speed above 0 km/h.");
  const speedMps = options.speedKmh / 3.6;
  const stops = stopsOf(options.waypoints, options.atEnd ?? "stay");
  const legs: Leg[] = [];
  let startMs = (first.stopMin ?? 0) * 60_000;
  let lengthM = 0;
  for (const [at, to] of stops.slice(1).entries()) {
    const from = stops[at] as Waypoint;
    const legM = distanceM(from, to);
    const driveMs = (legM / speedMps) * 1000;
    legs.push({ from, to, startMs, driveMs, trackDeg: bearingDeg(from, to) });
    startMs += driveMs + (to.stopMin ?? 0) * 60_000;
    lengthM += legM;
  }
  const repeats = options.atEnd === "back" || options.atEnd === "round";
  return {
    durationMs: startMs,
    lengthM,
    at: (elapsedMs) =>
      positionAt(first, legs, repeats && startMs > 0 ? modulo(elapsedMs, startMs) : elapsedMs, speedMps),
  };
}

function stopsOf(waypoints: readonly Waypoint[], atEnd: "stay" | "back" | "round"): readonly Waypoint[] {
  if (atEnd === "back") return [...waypoints, ...waypoints.slice(0, -1).reverse()];
  if (atEnd === "round") return [...waypoints, waypoints[0] as Waypoint];
  return waypoints;
}

function positionAt(first: Waypoint, legs: readonly Leg[], atMs: number, speedMps: number): RoutePosition {
  const leg = legs.findLast(({ startMs }) => startMs <= atMs);
  if (leg === undefined) {
    const trackDeg = legs[0]?.trackDeg ?? 0;
    return { latDeg: first.latDeg, lonDeg: first.lonDeg, speedMps: 0, trackDeg };
  }
  const share = leg.driveMs === 0 ? 1 : Math.min(1, (atMs - leg.startMs) / leg.driveMs);
  return {
    latDeg: leg.from.latDeg + (leg.to.latDeg - leg.from.latDeg) * share,
    lonDeg: leg.from.lonDeg + (leg.to.lonDeg - leg.from.lonDeg) * share,
    speedMps: share < 1 ? speedMps : 0,
    trackDeg: leg.trackDeg,
  };
}

/** Great-circle distance on the mean sphere. */
export function distanceM(from: Waypoint, to: Waypoint): number {
  const [lat1, lat2] = [from.latDeg * RADIANS, to.latDeg * RADIANS];
  const halfLat = (lat2 - lat1) / 2;
  const halfLon = ((to.lonDeg - from.lonDeg) * RADIANS) / 2;
  const chord = Math.sin(halfLat) ** 2 + Math.cos(lat1) * Math.cos(lat2) * Math.sin(halfLon) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(chord)));
}

function bearingDeg(from: Waypoint, to: Waypoint): number {
  const [lat1, lat2] = [from.latDeg * RADIANS, to.latDeg * RADIANS];
  const dLon = (to.lonDeg - from.lonDeg) * RADIANS;
  const east = Math.sin(dLon) * Math.cos(lat2);
  const north = Math.cos(lat1) * Math.sin(lat2) - Math.sin(lat1) * Math.cos(lat2) * Math.cos(dLon);
  return modulo(Math.atan2(east, north) / RADIANS, 360);
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
