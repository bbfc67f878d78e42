import { readFileSync } from "node:fs";
import { VirtualTime, parseProfile, seededRandom } from "@isotherm/coldchain";
import { type AlarmDetail, PROFILE_RULE, type ReadingReader } from "@isotherm/ingest/store";
import { IntentOutbox, People, TraceWriter } from "@isotherm/trace";
import type { FastifyInstance } from "fastify";
import { assert, suite } from "../../checks/kit.ts";
import { alarmRow, assetRow, tableState, type StateTables } from "../test/table-state.ts";
import type { AlarmView, AssetView, AuditView, ErrorView, IntentAnswer, ShipmentView } from "./api-shapes.ts";
import { IntentCourier } from "./intent-courier.ts";
import { LiveFeed } from "./live-feed.ts";
import { dashboardsServer } from "./server.ts";

const test = suite("API server");
const ADMIN = "an-admin-token-of-some-length";

const text = readFileSync(new URL("../../coldchain/profiles/gsp-cold-2-8.yaml", import.meta.url), "utf8");
const parsed = parseProfile(text, "gsp-cold-2-8.yaml");
const version = "profile" in parsed ? parsed.profile.version : 0;

interface Stood {
  readonly server: FastifyInstance;
  readonly tables: StateTables;
  readonly sent: string[];
  readonly time: VirtualTime;
  /** What ingest answers; undefined when it is away. */
  answer: IntentAnswer | undefined;
  cookie(personId: string): Promise<string>;
  get<T>(path: string, personId: string): Promise<{ status: number; body: T }>;
  post(path: string, personId: string, body: object): Promise<{ status: number; body: IntentAnswer }>;
}

function sayFacts(trace: TraceWriter): void {
  trace.put("profile", { profileId: "gsp-cold-2-8", version, text }, "installer");
  for (const tenantId of ["acme", "other"]) {
    trace.put("tenant", { tenantId, title: tenantId }, "installer");
    const person = { tenantId, name: "Somebody", language: "en" };
    trace.put("person", { ...person, personId: `${tenantId}-op`, role: "operator" }, "installer");
    trace.put("person", { ...person, personId: `${tenantId}-driver`, role: "driver" }, "installer");
    for (const assetId of [`${tenantId}-1`, `${tenantId}-2`]) {
      trace.put("asset", { assetId, tenantId, kind: "compartment", title: assetId }, "installer");
      const driverPersonId = assetId.endsWith("-1") ? `${tenantId}-driver` : null;
      const leg = { legId: `l-${assetId}`, assetId, fromMs: 0, driverPersonId };
      const shipment = { shipmentId: `s-${assetId}`, tenantId, title: assetId, goods: "goods", legs: [leg] };
      trace.put("shipment", { ...shipment, profileIds: ["gsp-cold-2-8"] }, "installer");
    }
  }
}

function stood(): Stood {
  const time = new VirtualTime(10_000);
  const trace = new TraceWriter(":memory:", time);
  sayFacts(trace);
  const random = seededRandom(7);
  const randomBytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => random() * 256);
  const people = new People({ database: trace.database, clock: time, randomBytes });
  const outbox = new IntentOutbox(trace.database, time);
  const ids = ["acme-1", "acme-2", "other-1", "other-2"];
  const tables: StateTables = {
    assets: ids.map((assetId) => assetRow(assetId.split("-")[0] ?? "", assetId)),
    latest: {},
    alarms: ids.map((assetId) => alarmRow(assetId.split("-")[0] ?? "", assetId)),
    excursions: [],
    audit: [],
  };
  const sent: string[] = [];
  const fixture: { answer: IntentAnswer | undefined } = { answer: undefined };
  const send = (body: string): Promise<IntentAnswer | undefined> => {
    sent.push(body);
    return Promise.resolve(fixture.answer);
  };
  const courier = new IntentCourier({ outbox, scheduler: time, send });
  const feed = new LiveFeed({ open: () => Promise.reject(new Error("away")), scheduler: time, random });
  const server = dashboardsServer(
    {
      ...{ clock: time, scheduler: time, random, trace, people, outbox, courier, feed },
      state: () => tableState(tables),
      readings: () => Promise.reject<ReadingReader>(new Error("no readings in this test")),
      adminToken: ADMIN,
      publicUrl: "http://127.0.0.1:1",
      simulated: false,
    },
    { error: () => undefined },
  );
  const cookie = async (personId: string): Promise<string> => {
    const { url } = (
      await server.inject({
        method: "POST",
        url: `/api/v1/people/${personId}/logins`,
        headers: { authorization: `Bearer ${ADMIN}` },
        payload: {},
      })
    ).json<{ url: string }>();
    const { pathname, search } = new URL(url);
    const answer = await server.inject({ method: "GET", url: pathname + search });
    return String(answer.headers["set-cookie"]).split(";")[0] ?? "";
  };
  return Object.assign(fixture, {
    ...{ server, tables, sent, time, cookie },
    get: async <T>(path: string, personId: string) => {
      const answer = await server.inject({ method: "GET", url: path, headers: { cookie: await cookie(personId) } });
      return { status: answer.statusCode, body: answer.json<T>() };
    },
    post: async (path: string, personId: string, body: object) => {
      const headers = { cookie: await cookie(personId) };
      const answer = await server.inject({ method: "POST", url: path, headers, payload: body });
      return { status: answer.statusCode, body: answer.json<IntentAnswer>() };
    },
  });
}

test("an operator sees the whole tenant and nothing of another", async () => {
  const { get } = stood();
  const { assets } = (await get<{ assets: AssetView[] }>("/api/v1/assets", "acme-op")).body;
  assert.equal(
    assets.map(({ assetId }) => assetId),
    ["acme-1", "acme-2"],
  );
  const { alarms } = (await get<{ alarms: AlarmView[] }>("/api/v1/alarms", "acme-op")).body;
  assert.equal(
    alarms.map(({ assetId }) => assetId),
    ["acme-1", "acme-2"],
  );
});

test("a driver sees only what the driver carries now", async () => {
  const { get, post } = stood();
  const { assets } = (await get<{ assets: AssetView[] }>("/api/v1/assets", "acme-driver")).body;
  assert.equal(
    assets.map(({ assetId }) => assetId),
    ["acme-1"],
  );
  const { shipments } = (await get<{ shipments: ShipmentView[] }>("/api/v1/shipments", "acme-driver")).body;
  assert.equal(
    shipments.map(({ shipmentId }) => shipmentId),
    ["s-acme-1"],
  );
  assert.is((await get("/api/v1/shipments/s-acme-2", "acme-driver")).status, 404);
  assert.is((await get("/api/v1/assets/acme-2/series?channel=temperature/load", "acme-driver")).status, 404);
  const intent = { intentId: "intent-0001", kind: "acknowledge", doneAtMs: 5 };
  assert.is((await post("/api/v1/alarms/alarm-acme-2/intents", "acme-driver", intent)).status, 404);
  assert.is((await post("/api/v1/alarms/alarm-other-1/intents", "acme-op", intent)).status, 404);
});

test("the alarm of a changed profile is for those who can mend it, and names who changed it", async () => {
  const { get, tables } = stood();
  const detail: AlarmDetail = {
    ...{ kind: "profile" as const, profileVersion: 3, formerVersion: 2, changedBy: "acme-op", changedAtMs: 5 },
    ...{ channels: 10_000, outside: 9_000 },
  };
  const of = { alarmId: "profile-1", channel: "", ruleId: PROFILE_RULE, profileId: "gsp-cold-2-8", detail };
  tables.alarms.push(alarmRow("acme", "gsp-cold-2-8", { ...of, side: null, limit: null }));
  const alarms = async (personId: string): Promise<AlarmView[]> =>
    (await get<{ alarms: AlarmView[] }>("/api/v1/alarms", personId)).body.alarms;
  const seen = (await alarms("acme-op")).find(({ alarmId }) => alarmId === "profile-1");
  assert.is(seen?.severity, "profile");
  assert.equal(
    [seen?.profile?.version, seen?.profile?.channels, seen?.profile?.changedBy?.name],
    [3, 10_000, "Somebody"],
  );
  assert.is((await alarms("acme-driver")).length, 1);
  assert.ok((await alarms("other-op")).every(({ alarmId }) => alarmId !== "profile-1"));
});

test("without a session every answer is 401, in both languages", async () => {
  const { server } = stood();
  for (const url of ["/api/v1/assets", "/api/v1/alarms", "/api/v1/events", "/api/v1/session"]) {
    const answer = await server.inject({ method: "GET", url });
    assert.is(answer.statusCode, 401, url);
    assert.match(answer.body, /登录/);
  }
});

test("limits come from the profiles in force, and a channel without a fresh reading is unknown", async () => {
  const { get, tables } = stood();
  const { assets } = (await get<{ assets: AssetView[] }>("/api/v1/assets", "acme-op")).body;
  const [channel] = assets[0]?.channels ?? [];
  assert.equal([channel?.limits[0]?.low, channel?.limits[0]?.high], [2, 8]);
  tables.alarms.length = 0;
  const before = (await get<{ assets: AssetView[] }>("/api/v1/assets", "acme-op")).body.assets[0];
  assert.is(before?.condition, "unknown");
  tables.latest["acme-1"] = [
    {
      channel: "temperature/load",
      role: "product",
      unit: "Cel",
      resolution: 0.1,
      atMs: 9_000,
      value: 0,
      quality: "good",
    },
  ];
  const after = (await get<{ assets: AssetView[] }>("/api/v1/assets", "acme-op")).body.assets[0];
  assert.is(after?.condition, "in-range");
  assert.is(after?.channels[0]?.latest?.value, 0);
});

test("a reading that is not good is never a number in an answer", async () => {
  const { get, tables } = stood();
  const broken = { channel: "temperature/load", role: "product", unit: "Cel", resolution: 0.1, atMs: 9_000 };
  tables.latest["acme-1"] = [{ ...broken, value: 99, quality: "probe-fault" }];
  const { assets } = (await get<{ assets: AssetView[] }>("/api/v1/assets", "acme-op")).body;
  assert.equal(assets[0]?.channels[0]?.latest, { atMs: 9_000, value: null, quality: "probe-fault" });
});

test("an intent waits while ingest is away, and is carried once it is back; the same id is sent no second time", async () => {
  const fixture = stood();
  const intent = { intentId: "intent-0001", kind: "acknowledge", doneAtMs: 5 };
  const path = "/api/v1/alarms/alarm-acme-1/intents";
  assert.is((await fixture.post(path, "acme-driver", intent)).body.outcome, "waiting");
  fixture.answer = { intentId: "intent-0001", outcome: "applied" };
  assert.is((await fixture.post(path, "acme-driver", intent)).body.outcome, "applied");
  const carried = fixture.sent.length;
  assert.is((await fixture.post(path, "acme-driver", intent)).body.outcome, "applied");
  assert.is(fixture.sent.length, carried);
  assert.is((JSON.parse(fixture.sent[0] ?? "") as { personId: string }).personId, "acme-driver");
});

test("an alarm's history says who acted, by name, and nobody where nobody did", async () => {
  const { get, tables } = stood();
  const entry = { tenantId: "acme", subjectId: "alarm-acme-1", before: null, after: null, cause: "" };
  tables.audit?.push({ ...entry, auditId: 1, kind: "raised", atMs: 900, personId: null });
  tables.audit?.push({ ...entry, auditId: 2, kind: "shelved", atMs: 950, personId: "acme-op" });
  tables.audit?.push({ ...entry, auditId: 3, kind: "unshelved", atMs: 960, personId: "erased" });
  const { audit } = (await get<{ audit: AuditView[] }>("/api/v1/alarms/alarm-acme-1", "acme-op")).body;
  assert.equal(
    audit.map(({ by }) => by),
    [null, { personId: "acme-op", name: "Somebody" }, { personId: "erased", name: null }],
  );
});

test("a login link that does not work is a page for a browser, in both languages, and JSON for a program", async () => {
  const { server } = stood();
  const url = "/login?token=nonsense";
  const page = await server.inject({ method: "GET", url, headers: { accept: "text/html,*/*" } });
  assert.equal([page.statusCode, page.headers["content-type"]], [401, "text/html; charset=utf-8"]);
  assert.match(page.body, /登录链接无效[^]*This login link does not work/);
  const json = await server.inject({ method: "GET", url });
  assert.is(json.json<ErrorView>().error.code, "LOGIN_UNKNOWN");
});

test("drivers acknowledge; shelving is for operators", async () => {
  const { post } = stood();
  const intent = { intentId: "intent-0002", kind: "shelve", doneAtMs: 5, untilMs: 9 };
  assert.is((await post("/api/v1/alarms/alarm-acme-1/intents", "acme-driver", intent)).status, 403);
});

test("facts are said by the installer, or by operators of the tenant within bounds", async () => {
  const { server, cookie } = stood();
  const put = async (kind: string, headers: Record<string, string>, payload: object): Promise<number> =>
    (await server.inject({ method: "PUT", url: `/api/v1/facts/${kind}`, headers, payload })).statusCode;
  const asset = { assetId: "new-1", tenantId: "acme", kind: "compartment", title: "New" };
  assert.is(await put("asset", {}, asset), 401);
  assert.is(await put("asset", { authorization: "Bearer wrong" }, asset), 401);
  assert.is(await put("asset", { cookie: await cookie("other-op") }, asset), 403);
  assert.is(await put("asset", { cookie: await cookie("acme-driver") }, asset), 403);
  assert.is(await put("asset", { cookie: await cookie("acme-op") }, asset), 200);
  assert.is(await put("tenant", { cookie: await cookie("acme-op") }, { tenantId: "acme", title: "X" }), 403);
  assert.is(await put("asset", { authorization: `Bearer ${ADMIN}` }, { ...asset, kind: "boat" }), 422);
});

test("pages come under a strict policy, stripped of types, with bare imports rewritten, and nothing above their folder", async () => {
  const { server } = stood();
  const page = await server.inject({ method: "GET", url: "/console" });
  assert.match(String(page.headers["content-security-policy"]), /default-src 'none'; script-src 'self'/);
  for (const url of [
    "/console/../src/main.ts",
    "/console/%2e%2e/src/main.ts",
    "/vendor/../package.json",
    "/driver/.env",
  ])
    assert.is((await server.inject({ method: "GET", url })).statusCode, 404, url);
  const { pageModule } = await import("./page-files.ts");
  const served = pageModule("import uPlot from 'uplot';\nimport type { A } from './a.ts';\nconst x: number = 1;\n");
  assert.match(served, /from '\/vendor\/uplot\.js'/);
  assert.not.match(served, /number|\.\/a\.ts/);
});

test("a wrong query is told everything that is wrong with it", async () => {
  const { get } = stood();
  const answer = await get<{ error: { code: string; message: string } }>("/api/v1/alarms?limit=0&open=yes", "acme-op");
  assert.is(answer.status, 400);
  assert.match(answer.body.error.message, /open:.*limit:|limit:.*open:/);
});

test.run();
