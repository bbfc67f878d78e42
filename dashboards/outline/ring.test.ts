import { assert, suite } from "../../checks/kit.ts";
import { clipRing, type Position, ringArea, simplifyRing } from "./ring.ts";

const test = suite("rings of the outline");
const SQUARE: Position[] = [
  [0, 0],
  [10, 0],
  [10, 10],
  [0, 10],
  [0, 0],
];

test("clipping keeps what is inside the box, and nothing of what is not", () => {
  assert.is(ringArea(clipRing(SQUARE, { west: 5, east: 20, south: -5, north: 5 })), 25);
  assert.is(ringArea(clipRing(SQUARE, { west: -1, east: 11, south: -1, north: 11 })), 100);
  assert.equal(clipRing(SQUARE, { west: 20, east: 30, south: 0, north: 10 }), []);
});

test("simplifying drops points that nobody sees, and keeps the corners", () => {
  const rough: Position[] = [
    [0, 0],
    [5, 0.001],
    [10, 0],
    [10, 10],
    [5, 10.001],
    [0, 10],
    [0, 0],
  ];
  assert.equal(simplifyRing(rough, 0.01), SQUARE);
  assert.equal(
    simplifyRing(
      [
        [0, 0],
        [0.001, 0],
        [0, 0.001],
        [0, 0],
      ],
      0.01,
    ),
    [],
  );
});

test.run();
