// The kinds of facts: which shape each has, and which of its fields are its id and its tenant.

import { parseProfile } from "@isotherm/coldchain";
import type { z } from "zod";
import { TraceError } from "./errors.ts";
import { assetShape, personShape, profileTextShape, shipmentShape, tenantShape } from "./fact-shapes.ts";

const SHAPES = {
  tenant: { shape: tenantShape, id: "tenantId" },
  asset: { shape: assetShape, id: "assetId" },
  person: { shape: personShape, id: "personId" },
  profile: { shape: profileTextShape, id: "profileId" },
  shipment: { shape: shipmentShape, id: "shipmentId" },
} as const satisfies Record<string, { shape: z.ZodType; id: string }>;

export type FactKind = keyof typeof SHAPES;

export const FACT_KINDS = Object.keys(SHAPES) as FactKind[];

export interface FactRow {
  readonly id: string;
  /** Profiles belong to no tenant: the empty string. */
  readonly tenantId: string;
  readonly body: Record<string, unknown>;
  /** A person's name, kept apart from the fact. */
  readonly name?: string;
}

/** Checks a value as a fact of its kind. Throws TraceError FACT_REFUSED with every problem and its place. */
export function factRow(kind: FactKind, value: unknown): FactRow {
  const { shape, id } = SHAPES[kind];
  const checked = shape.safeParse(value);
  if (!checked.success) {
    const problems = checked.error.issues.map((issue) => `${issue.path.join(".") || kind}: ${issue.message}`);
    throw new TraceError("FACT_REFUSED", `${kind}: ${problems.join("; ")}`);
  }
  const body: Record<string, unknown> = { ...checked.data };
  if (kind === "profile") checkProfile(String(body["profileId"]), Number(body["version"]), String(body["text"]));
  const row = { id: String(body[id]), tenantId: kind === "profile" ? "" : String(body["tenantId"]), body };
  if (kind !== "person") return row;
  const name = String(body["name"]);
  delete body["name"];
  return { ...row, name };
}

function checkProfile(profileId: string, version: number, text: string): void {
  const parsed = parseProfile(text, `${profileId}.yaml`);
  if ("problems" in parsed) {
    const problems = parsed.problems.map(({ place, problem, mend }) => `${place}: ${problem} (${mend})`);
    throw new TraceError("FACT_REFUSED", `profile ${profileId}: ${problems.join("; ")}`);
  }
  if (parsed.profile.id !== profileId || parsed.profile.version !== version)
    throw new TraceError("FACT_REFUSED", `profile: the text is ${parsed.profile.id} version ${parsed.profile.version}`);
}
