import { VirtualTime, anchorOrdinalOf, placeInTime, type Anchor } from "@isotherm/coldchain";
import { join } from "node:path";
import { assert, suite, tempDir } from "../../checks/kit.ts";
import { AnchorKeeper } from "./anchors.ts";
import { newEpoch, PRODUCT } from "../test/spool-fixture.ts";
import { GATEWAY_DECLARATION } from "./gateway-stream.ts";
import { openSpool, type OpenedSpool } from "./open-spool.ts";
import type { TakenRecord } from "./record-draft.ts";
import { RecordIntake } from "./record-intake.ts";

const test = suite("anchors");
const NOW_MS = Date.UTC(2026, 5, 1);

interface Bench {
  readonly opened: OpenedSpool;
  readonly intake: RecordIntake;
  readonly taken: TakenRecord[];
  sample(value: number): void;
  anchors(): Anchor[];
}

/** An intake on a spool at `path`, in `time`. */
function bench(path: string, time: VirtualTime, machineBootId = "boot-1", bytesMax = 16 * 1024 * 1024): Bench {
  const opened = openSpool({
    ...{ path, bytesMax, gatewayId: "gw-1", machineId: "m", newEpoch },
    wallMs: time.wallMs(),
  });
  opened.spool.declare([GATEWAY_DECLARATION, { assetId: "truck-1", channels: [PRODUCT] }]);
  const taken: TakenRecord[] = [];
  const intake = new RecordIntake({
    spool: opened.spool,
    clock: time,
    machineBootId,
    anchors: { plausibleFromMs: Date.UTC(2024, 0, 1), plausibleUntilMs: Date.UTC(2100, 0, 1), errorMs: 500 },
    onTaken: (records) => taken.push(...records),
    onFull: () => undefined,
  });
  return {
    opened,
    intake,
    taken,
    sample(value) {
      const instant = intake.instant();
      intake.take([{ assetId: "truck-1", ...instant, readings: [{ channel: PRODUCT.channel, value, quality: 0 }] }]);
    },
    anchors() {
      const own = taken.filter(({ stream }) => stream.assetId === "gateway");
      return own.map(({ record }) => {
        const [ordinal, utcMs, errorMs] = record.readings.map(({ value }) => value as number);
        const { bootId, monotonicMs } = record;
        return { bootId, monotonicMs, ordinal: ordinal!, utcMs: utcMs!, errorMs: errorMs! };
      });
    },
  };
}

const spoolPath = async (): Promise<string> => join(await tempDir(), "spool.db");

test("a process held up between its two clocks takes no pause for a clock that was set", () => {
  const time = new VirtualTime(NOW_MS, 7000);
  let holdsUp = 0;
  const clock = {
    monotonicMs: () => time.monotonicMs(),
    wallMs: () => {
      if (holdsUp-- > 0) time.advance(3000);
      return time.wallMs();
    },
  };
  const options = { plausibleFromMs: 0, plausibleUntilMs: NOW_MS * 2, errorMs: 500 };
  const keeper = new AnchorKeeper(clock, options, "b0".repeat(16), undefined);
  const first = keeper.due();
  if (first === undefined) throw new Error("no first anchor");
  keeper.keep(first);
  holdsUp = 3;
  assert.is(keeper.due(), undefined);
  const held = keeper.instant();
  assert.is(held.wallMs - held.monotonicMs, NOW_MS - 7000);
  // Held up at every reading, it says nothing rather than something wrong.
  holdsUp = Number.POSITIVE_INFINITY;
  assert.is(keeper.due(), undefined);
  holdsUp = 0;
  time.stepWall(2000);
  assert.is(keeper.due()?.ordinal, 2);
});

test("the first anchor stands before the first record, and places it", async () => {
  const time = new VirtualTime(NOW_MS, 7000);
  const { sample, anchors, taken, opened } = bench(await spoolPath(), time);
  time.advance(250);
  sample(1);
  assert.equal(
    taken.map(({ stream, record }) => [stream.assetId, record.anchorOrdinal]),
    [
      ["gateway", 1],
      ["truck-1", 1],
    ],
  );
  assert.is(placeInTime(anchors()[0]!, taken[1]!.record.monotonicMs), NOW_MS + 250);
  opened.spool.close(0, { isClean: true });
});

test("a step of the clock is anchored before further records; a small one is not", async () => {
  const time = new VirtualTime(NOW_MS);
  const { sample, anchors, taken, opened } = bench(await spoolPath(), time);
  sample(1);
  time.stepWall(400);
  sample(2);
  time.stepWall(3_600_000);
  time.advance(1000);
  sample(3);
  time.stepWall(-3_600_000);
  sample(4);
  const own = taken.filter(({ stream }) => stream.assetId === "truck-1");
  assert.equal(
    own.map(({ record }) => record.anchorOrdinal),
    [1, 1, 2, 3],
  );
  assert.equal(
    taken.map(({ stream }) => stream.assetId),
    ["gateway", "truck-1", "truck-1", "gateway", "truck-1", "gateway", "truck-1"],
  );
  const at = own.map(({ record }) => placeInTime(anchors()[anchorOrdinalOf(record) - 1]!, record.monotonicMs));
  assert.equal(at, [NOW_MS, NOW_MS, NOW_MS + 3_601_400, NOW_MS + 1400]);
  opened.spool.close(0, { isClean: true });
});

test("records made before the clock can be believed wait for the boot's first anchor", async () => {
  const time = new VirtualTime(Date.UTC(1970, 0, 1), 5000);
  const { sample, anchors, taken, opened } = bench(await spoolPath(), time);
  sample(1);
  time.advance(60_000);
  time.stepWall(NOW_MS);
  sample(2);
  time.stepWall(-NOW_MS);
  sample(3);
  const own = taken.filter(({ stream }) => stream.assetId === "truck-1");
  assert.equal(
    own.map(({ record }) => record.anchorOrdinal),
    [0, 1, 1],
  );
  assert.is(anchors().length, 1);
  assert.is(placeInTime(anchors()[0]!, own[0]!.record.monotonicMs), NOW_MS);
  opened.spool.close(0, { isClean: true });
});

test("a restart within the boot goes on with its ordinals; another boot begins at 1", async () => {
  const path = await spoolPath();
  const time = new VirtualTime(NOW_MS, 1000);
  const first = bench(path, time);
  first.sample(1);
  first.opened.spool.close(0, { isClean: false });
  time.advance(5000);
  const second = bench(path, time);
  second.sample(2);
  assert.equal(second.anchors(), []);
  time.stepWall(10_000);
  second.sample(3);
  assert.is(second.anchors()[0]!.ordinal, 2);
  assert.is(second.anchors()[0]!.bootId, first.anchors()[0]!.bootId);
  second.opened.spool.close(0, { isClean: false });
  const third = bench(path, new VirtualTime(NOW_MS + 60_000, 10), "boot-2");
  third.sample(4);
  assert.is(third.anchors()[0]!.ordinal, 1);
  assert.is.not(third.anchors()[0]!.bootId, first.anchors()[0]!.bootId);
  third.opened.spool.close(0, { isClean: true });
});

test("while the spool is full records wait in memory in their order, and the oldest are given up over a bound", async () => {
  const time = new VirtualTime(NOW_MS);
  const { intake, taken, opened, sample } = bench(await spoolPath(), time, "boot-1", 64 * 1024);
  const { spool } = opened;
  // Only the gateway's own records fill it: they are never thinned, so that nothing can be removed.
  while (spool.counters.appendsRefused === 0) {
    time.stepWall(10_000);
    intake.instant();
  }
  const before = taken.length;
  for (let value = 0; value < 2100; value++) sample(value);
  assert.is(taken.length, before);
  assert.ok(intake.counters.recordsLost > 0);
  const gateway = spool.streamOf("gateway")!;
  spool.accept(gateway.streamId, [{ first: 1, last: gateway.issued }]);
  sample(2100);
  const values = taken.slice(before).flatMap(({ stream, record }) => {
    return stream.assetId === "truck-1" ? [record.readings[0]!.value as number] : [];
  });
  assert.ok(values.length > 1900, `${values.length}`);
  values.forEach((value, at) => assert.is(value, 2101 - values.length + at));
  assert.is(spool.streamOf("truck-1")!.issued, values.length);
  spool.close(0, { isClean: true });
});

test.run();
