import { assert, suite } from "../../checks/kit.ts";
import { silentSince } from "./silence-watch.ts";

const test = suite("silence");
const BOUNDS = { deathGraceMs: 60, maxSilenceMs: 1000 };
const gateway = { status: "online", lastMessageMs: 100, diedAtMs: null, maxSilenceMs: 300 } as const;

test("a gateway is silent after the time that it declared, or ours when it declared none", () => {
  assert.is(silentSince(gateway, 0, 400, BOUNDS), undefined);
  assert.is(silentSince(gateway, 0, 401, BOUNDS), 100);
  assert.is(silentSince({ ...gateway, maxSilenceMs: null }, 0, 1100, BOUNDS), undefined);
  assert.is(silentSince({ ...gateway, maxSilenceMs: null }, 0, 1101, BOUNDS), 100);
});

test("a dead gateway has a grace, however long it may be silent alive", () => {
  assert.is(silentSince({ ...gateway, status: "offline", diedAtMs: 120 }, 0, 180, BOUNDS), undefined);
  assert.is(silentSince({ ...gateway, status: "offline", diedAtMs: 120 }, 0, 181, BOUNDS), 100);
});

test("time in which nobody listened is not held against it", () => {
  assert.is(silentSince(gateway, 10_000, 10_300, BOUNDS), undefined);
  assert.is(silentSince(gateway, 10_000, 10_301, BOUNDS), 100);
});

test.run();
