// What gateways in the field have sent once must be read for ever: messages of contract 1.0 as bytes, committed when that
// version was made, and what they say. A change that breaks this needs a new contract version, not a new fixture.

import { readFileSync } from "node:fs";
import { assert, suite } from "../../checks/kit.ts";
import { readAcceptance } from "./contract-acceptance.ts";
import { readBirth } from "./contract-birth.ts";
import { readData, readDataHead } from "./contract-data.ts";
import { MetricColumns } from "./metric-columns.ts";
import { decodePayload } from "./sparkplug-decode.ts";

const test = suite("contract 1.0, as it was sent");

interface Fixture {
  readonly hex: string;
  readonly seq?: number;
  readonly says: unknown;
}

const fixtures = JSON.parse(
  readFileSync(new URL("../test/fixtures/contract-1.0.json", import.meta.url), "utf8"),
) as Record<"birth" | "data" | "acceptance", Fixture>;

function columnsOf({ hex, seq }: Fixture): MetricColumns {
  const columns = new MetricColumns();
  assert.is(decodePayload(Buffer.from(hex, "hex"), columns).seq, seq);
  return columns;
}

test("its DBIRTH declares what it declared", () => {
  assert.equal(readBirth(columnsOf(fixtures.birth), "truck-1"), fixtures.birth.says);
});

test("its DDATA holds the records that it held", () => {
  const birth = readBirth(columnsOf(fixtures.birth), "truck-1");
  if (birth === undefined || typeof birth === "string") throw new Error(`not a birth: ${birth}`);
  const columns = columnsOf(fixtures.data);
  const head = readDataHead(columns);
  if ("refused" in head) throw new Error(head.reason);
  assert.equal(JSON.parse(JSON.stringify(readData(columns, head, birth))), fixtures.data.says);
});

test("its acceptance lets go of what it let go of", () => {
  assert.equal(readAcceptance(columnsOf(fixtures.acceptance)), fixtures.acceptance.says);
});

test.run();
