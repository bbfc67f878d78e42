// Rings of longitude and latitude: clipping to a box, and leaving out what nobody can see.

export type Position = [longitudeDeg: number, latitudeDeg: number];

export interface Box {
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
}

type Side = { readonly axis: 0 | 1; readonly at: number; readonly sign: 1 | -1 };

/** Sutherland-Hodgman. What lies outside is replaced by edges along the box, so a result is for filling, not stroking. */
export function clipRing(ring: readonly Position[], box: Box): Position[] {
  const sides: Side[] = [
    { axis: 0, at: box.west, sign: 1 },
    { axis: 0, at: box.east, sign: -1 },
    { axis: 1, at: box.south, sign: 1 },
    { axis: 1, at: box.north, sign: -1 },
  ];
  let points = ring.slice(0, -1);
  for (const side of sides) points = clipSide(points, side);
  const [first] = points;
  return first === undefined ? [] : [...points, first];
}

function clipSide(points: readonly Position[], { axis, at, sign }: Side): Position[] {
  const inside = (point: Position): boolean => (point[axis] - at) * sign >= 0;
  const clipped: Position[] = [];
  points.forEach((point, i) => {
    const before = points[(i + points.length - 1) % points.length] as Position;
    if (inside(point) !== inside(before)) {
      const part = (at - before[axis]) / (point[axis] - before[axis]);
      clipped.push([before[0] + (point[0] - before[0]) * part, before[1] + (point[1] - before[1]) * part]);
    }
    if (inside(point)) clipped.push(point);
  });
  return clipped;
}

/** Douglas-Peucker on a closed ring, in degrees; a ring that vanishes at this tolerance becomes empty. */
export function simplifyRing(ring: readonly Position[], toleranceDeg: number): Position[] {
  if (ring.length < 4) return [];
  const middle = ring.length >> 1;
  const keep = new Set([0, middle, ring.length - 1]);
  const waiting: [number, number][] = [
    [0, middle],
    [middle, ring.length - 1],
  ];
  for (let span = waiting.pop(); span !== undefined; span = waiting.pop()) {
    const [from, to] = span;
    let farthest = 0;
    let at = -1;
    for (let i = from + 1; i < to; i++) {
      const distance = distanceDeg(ring[i] as Position, ring[from] as Position, ring[to] as Position);
      if (distance > farthest) [farthest, at] = [distance, i];
    }
    if (farthest <= toleranceDeg) continue;
    keep.add(at);
    waiting.push([from, at], [at, to]);
  }
  const kept = ring.filter((_, i) => keep.has(i));
  return kept.length < 4 ? [] : kept;
}

function distanceDeg(point: Position, from: Position, to: Position): number {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy);
  if (length === 0) return Math.hypot(point[0] - from[0], point[1] - from[1]);
  const along = ((point[0] - from[0]) * dx + (point[1] - from[1]) * dy) / (length * length);
  const part = Math.min(1, Math.max(0, along));
  return Math.hypot(point[0] - from[0] - part * dx, point[1] - from[1] - part * dy);
}

/** Square degrees. */
export function ringArea(ring: readonly Position[]): number {
  let twice = 0;
  for (let i = 1; i < ring.length; i++) {
    const [a, b] = [ring[i - 1] as Position, ring[i] as Position];
    twice += a[0] * b[1] - b[0] * a[1];
  }
  return Math.abs(twice) / 2;
}
