// What is committed is what the code generates, and what the SDK leaves wrong is mended.
import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardLinkBuilder,
  QueryVariableBuilder,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { QUALITIES } from "@isotherm/coldchain";
import { assert, suite } from "../../checks/kit.ts";
import { dashboardJson } from "./dashboard-json.ts";
import { compareTrees, readTree } from "./file-tree.ts";
import { generatedFiles } from "./generated-files.ts";
import { type JsonObject, objectOf, objectsOf } from "./json.ts";
import { framed } from "./panel-frame.ts";
import { qualityMapping } from "./quality-mapping.ts";

const test = suite("generated Grafana files");

test("the committed directory is what the code generates", async () => {
  const present = await readTree(new URL("generated", import.meta.url).pathname);
  const difference = compareTrees(generatedFiles(), present);
  assert.equal(difference, { missing: [], different: [], strange: [] }, "run: grafana-provisioning generate");
});

test("generating twice gives the same", () => {
  assert.equal([...generatedFiles()], [...generatedFiles()]);
});

test("what the SDK gets wrong still is, and is mended", () => {
  const built = new DashboardBuilder("t")
    .link(new DashboardLinkBuilder("up").url("/d/x"))
    .annotation(new AnnotationQueryBuilder().name("doors"))
    .withVariable(new QueryVariableBuilder("tenant"))
    .withPanel(new PanelBuilder().title("p").dataLinks([new DashboardLinkBuilder("in").url("/d/y")]))
    .build();
  const before = JSON.stringify(built);
  assert.match(before, '"placement":"inControlsMenu"');
  assert.match(before, '"auto_min"');
  const mended = JSON.parse(dashboardJson(built)) as JsonObject;
  assert.not.match(JSON.stringify(mended), "inControlsMenu");
  assert.not.match(JSON.stringify(mended), "auto_min");
  const [panel] = objectsOf(mended["panels"]);
  assert.equal(objectsOf(objectOf(objectOf(panel?.["fieldConfig"])["defaults"])["links"]), [
    { title: "in", url: "/d/y", targetBlank: false },
  ]);
  // A link at the top of the dashboard keeps what belongs to it.
  assert.is(objectsOf(mended["links"])[0]?.["type"], "link");
});

test("a panel keeps its own number and place", () => {
  const place = { x: 16, y: 3, w: 8, h: 4 };
  const frame = { id: 12, title: "t", description: "d", place, unit: "none", queries: [], intervalMin: "10s" };
  const { panels } = new DashboardBuilder("t").withPanel(framed(new PanelBuilder(), frame)).build();
  assert.is(panels?.[0]?.id, 12);
  assert.equal(panels?.[0]?.gridPos, place);
});

test("every quality code has words, and only those", () => {
  const { options } = qualityMapping();
  assert.equal(Object.keys(options), [...QUALITIES.keys()].map(String));
  const texts = Object.values(options as Record<string, { text?: string }>).map(({ text }) => text);
  assert.is(new Set(texts).size, QUALITIES.length);
});

test.run();
