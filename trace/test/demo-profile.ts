// A shipped profile as the fact that names it, for tests.
import { readFileSync } from "node:fs";
import { parseProfile } from "@isotherm/coldchain";

const text = readFileSync(new URL("../../coldchain/profiles/gsp-cold-2-8.yaml", import.meta.url), "utf8");
const parsed = parseProfile(text, "gsp-cold-2-8.yaml");
if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));

export const demoProfile = { profileId: parsed.profile.id, version: parsed.profile.version, text };
