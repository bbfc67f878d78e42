import { join } from "node:path";
import { assert, suite, tempDir } from "../../checks/kit.ts";
import { assetStream } from "../test/scripted-gateway.ts";
import { DEFAULT_BOUNDS } from "./bounds.ts";
import type { GatewayState } from "./gateway-table.ts";
import { SilenceWatch } from "./silence-watch.ts";
import { IngestState } from "./state.ts";

const test = suite("silence");
const CONFIG = { bounds: DEFAULT_BOUNDS, groups: { group1: "t" }, hostId: "host-1", links: {} } as const;
const KEY = "group1/gw";
const COLD = assetStream("cold-1", undefined, ["temperature/p1", "temperature/p2"]);
const BIRTH = { ...COLD, channels: COLD.channels.map((channel) => ({ ...channel, maxSilenceMs: 60_000 })) };

function gatewayAt(lastMessageMs: number): GatewayState {
  return {
    ...{ gatewayKey: KEY, groupId: "group1", gatewayId: "gw", tenantId: "t", status: "online", birthSeq: 0 },
    ...{ primaryHost: null, contractVersion: "1.0", maxSilenceMs: 300_000, link: null, sleepUntilMs: null },
    ...{ lastMessageMs, diedAtMs: null, silentAlarmId: null },
  };
}

/** As the pipeline leaves it: the birth is committed, and then told. */
function born(state: IngestState, watch: SilenceWatch, nowMs: number): void {
  const gateway = gatewayAt(nowMs);
  state.db.transaction(() => {
    state.gateways.save(gateway);
    state.gateways.setAssetStatus("t", "cold-1", KEY, "online");
    for (const declared of BIRTH.channels) state.gateways.declare("t", "cold-1", declared);
  });
  watch.heard({ gateways: [gateway], births: [{ gatewayKey: KEY, tenantId: "t", birth: BIRTH }], good: [] }, nowMs);
}

/** The gateway talks each 10 s, with good readings of these channels; what was told, by time in seconds. */
function talk(
  state: IngestState,
  watch: SilenceWatch,
  fromMs: number,
  toMs: number,
  channels: readonly string[],
): string[] {
  const all: string[] = [];
  for (let nowMs = fromMs; nowMs <= toMs; nowMs += 10_000) {
    const good = channels.map((channel) => ({ tenantId: "t", assetId: "cold-1", channel }));
    const changes = [...watch.heard({ gateways: [gatewayAt(nowMs)], births: [], good }, nowMs), ...watch.look(nowMs)];
    for (const { alarmId } of changes) {
      const alarm = state.alarms.get(alarmId);
      all.push(`${nowMs / 1000} ${alarm?.ruleId} ${alarm?.returnedAtMs === null ? "raised" : "returned"}`);
    }
  }
  return all;
}

async function withWatch(body: (state: IngestState, again: (nowMs: number) => SilenceWatch) => void): Promise<void> {
  const file = join(await tempDir(), "state.db");
  const state = IngestState.open(file);
  try {
    body(state, (nowMs) => {
      const watch = new SilenceWatch(state, CONFIG, nowMs);
      watch.listening(true, nowMs);
      return watch;
    });
  } finally {
    state.close();
  }
}

test("a channel that gives nothing good is an alarm of its own; it stands through a restart and returns when it speaks", async () => {
  await withWatch((state, open) => {
    const watch = open(0);
    born(state, watch, 0);
    const [p1, p2] = ["temperature/p1", "temperature/p2"] as const;
    assert.equal(talk(state, watch, 10_000, 300_000, [p1]), ["70 channel-silent raised"]);
    const [alarm] = state.alarms.lasting(["channel-silent"]);
    assert.equal([alarm?.assetId, alarm?.channel, alarm?.startMs], ["cold-1", p2, 0]);
    const again = open(301_000);
    assert.equal(talk(state, again, 310_000, 600_000, [p1]), [], "the same alarm stands on");
    assert.equal(talk(state, again, 610_000, 630_000, [p1, p2]), ["610 channel-silent returned"]);
  });
});

test("a start raises nothing, however long nothing was heard before it", async () => {
  await withWatch((state, open) => {
    born(state, open(0), 0);
    const dayMs = 86_400_000;
    const watch = open(dayMs);
    assert.equal(watch.look(dayMs + 60_000), []);
    assert.equal(talk(state, watch, dayMs + 60_000, dayMs + 200_000, ["temperature/p1", "temperature/p2"]), []);
  });
});

test("a gateway that says nothing makes its assets unknown by one alarm; speaking ends it", async () => {
  await withWatch((state, open) => {
    const watch = open(0);
    born(state, watch, 0);
    const raised = [];
    for (let nowMs = 0; nowMs <= 400_000; nowMs += 1000) raised.push(...watch.look(nowMs));
    assert.is(raised.length, 1);
    assert.is(state.alarms.get(raised[0]?.alarmId ?? "")?.ruleId, "gateway-silent");
    assert.is(state.gateways.assetStatus("t", "cold-1"), "unknown");
    assert.equal(talk(state, watch, 410_000, 410_000, []), ["410 gateway-silent returned"]);
    assert.is(state.gateways.assetStatus("t", "cold-1"), "online");
  });
});

test("a broker that is away is one alarm for each tenant, and none for those that cannot be heard", async () => {
  await withWatch((state, open) => {
    const watch = open(0);
    born(state, watch, 0);
    watch.listening(false, 10_000);
    const raised = [];
    for (let nowMs = 10_000; nowMs <= 900_000; nowMs += 1000) raised.push(...watch.look(nowMs));
    assert.equal(
      raised.map(({ alarmId }) => state.alarms.get(alarmId)?.ruleId),
      ["broker-away"],
    );
    const back = watch.listening(true, 901_000);
    assert.equal(
      back.map(({ alarmId }) => state.alarms.get(alarmId)?.returnedAtMs),
      [901_000],
    );
    assert.equal(watch.look(902_000), []);
  });
});

test.run();
