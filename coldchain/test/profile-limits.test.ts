// What every shipped profile limits, held against the standards: the figures below were written from the standards, as
// standards.md tells them with its sources, never from the profiles.
import { assert, suite } from "../../checks/kit.ts";
import type { LimitRow } from "../src/profile.ts";
import { shippedProfiles } from "./shipped-profiles.ts";

const test = suite("shipped profiles: limits");
const profiles = shippedProfiles();

/** `low…high`; a bracket that is open: the limit itself is outside, as in `(0…8)` for "above 0 and below 8". */
function limitsOf({ quantity, role, low, high, inclusive }: LimitRow): string {
  const target = quantity === "temperature" && role === "product" ? "" : `${quantity} at ${role} `;
  const [open, close] = inclusive === true ? ["(", ")"] : ["[", "]"];
  return `${target}${low === undefined ? "" : `${open}${low}`}…${high === undefined ? "" : `${high}${close}`}`;
}

/** The whole house: section of standards.md, profile, its limits. */
const LIMITS: readonly (readonly [section: string, id: string, ...limits: string[]])[] = [
  ["§1.1, §1.2 GSP", "gsp-cold-2-8", "[2…8]"],
  ["§1.1, §1.2 GSP", "gsp-cold-2-8-storage", "[2…8]"],
  ["§1.1 GSP-09", "gsp-cold-2-8-critical", "(2.5…7.5)"],
  ["§1.3 vaccines", "gsp-frozen-minus-20", "…-20]"],
  ["§1.2 zones", "gsp-store-cool", "…20]", "humidity at ambient [35…75]"],
  ["§1.2 zones", "gsp-store-room", "[10…30]", "humidity at ambient [35…75]"],
  ["§1.1, §1.2 GSP", "cold-room-2-8", "[2…8]", "humidity at ambient [35…75]"],
  ["§3.2 USP <1079.2>", "usp-cct-2-8", "…8]", "…15]", "[2…"],
  ["§3.2 USP <1079.2>", "usp-crt-20-25", "[20…25]", "…30]", "…40]", "[15…"],
  ["§2.2 30DTR", "who-pqs-30dtr", "…8]", "(-0.5…"],
  ["§2.2 E003/EMS", "who-appliance", "…8]", "(-0.5…", "door at door …1)", "power at supply (0…"],
  ["§2.2 type I", "who-shipment-type-1", "…45)", "…30)", "(-0.5…"],
  ["§2.2 type II", "who-shipment-type-2", "…45)", "…30)", "…10)"],
  ["§1.6 WHO freezer room", "who-freezer-room", "[-25…-10]"],
  ["§1.6 CRT", "who-crt-15-25", "[15…25]"],
  ["§1.6 ULT vaccine", "vaccine-ult", "[-90…-60]"],
  ["§1.6 vaccine frozen", "vaccine-frozen", "[-50…-15]"],
  ["§2.3, §2.7", "en-12830-frozen-transport", "…-18]", "…-15]"],
  ["§2.3, §2.7", "en-12830-chilled-transport", "[0…6]"],
  ["§2.7 ATP class A", "atp-refrigerated-a", "temperature at return …7]"],
  ["§2.7 ATP class B", "atp-refrigerated-b", "temperature at return …-10]"],
  ["§2.7 ATP class C", "atp-refrigerated-c", "temperature at return …-20]"],
  ["§2.7 ATP class D", "atp-refrigerated-d", "temperature at return …0]"],
  ["§2.7 ATP mechanical A", "atp-mechanical-a", "temperature at return [0…12]"],
  ["§2.7 ATP mechanical B", "atp-mechanical-b", "temperature at return [-10…12]"],
  ["§2.7 ATP mechanical C", "atp-mechanical-c", "temperature at return [-20…12]"],
  ["§2.7 ATP mechanical D", "atp-mechanical-d", "temperature at return …0]"],
  ["§2.7 ATP mechanical E", "atp-mechanical-e", "temperature at return …-10]"],
  ["§2.7 ATP mechanical F", "atp-mechanical-f", "temperature at return …-20]"],
  ["§2.7 ATP ice cream, +3 °C rise", "atp-ice-cream", "…-20]", "…-17]"],
  ["§2.7 ATP quick-frozen, +3 °C rise", "atp-quick-frozen", "…-18]", "…-15]"],
  ["§2.7 ATP other frozen, +3 °C rise", "atp-frozen-other", "…-12]", "…-9]"],
  ["§2.7 ATP butter, +3 °C rise", "atp-frozen-butter", "…-10]", "…-7]"],
  ["§2.7 ATP raw milk", "atp-raw-milk", "…6]"],
  ["§2.7 ATP red meat, large game", "atp-red-meat", "…7]"],
  ["§2.7 ATP meat products, dairy, ready meals", "atp-dairy-ready-meals", "…6]"],
  ["§2.7 ATP poultry, other game", "atp-poultry-game", "…4]"],
  ["§2.7 ATP red offal", "atp-red-offal", "…3]"],
  ["§2.7 ATP minced meat", "atp-minced-meat", "…2]"],
  ["§2.7 ATP fish on melting ice (our figures)", "atp-fish-on-ice", "[-1…2]"],
  ["§1.4 GB/T 24616 chilled", "gbt-24616-chilled", "(0…8)"],
  ["§1.4 GB/T 24616 frozen", "frozen-minus-18", "…-18]"],
  ["§1.4 DB31/T 388 meat, iced fish, juice, yoghurt", "db31-388-chilled-0-4", "(0…", "…4]", "…7]"],
  ["§1.4 DB31/T 388 vegetables, fruit, milk, eggs", "db31-388-chilled-0-7", "(0…", "…7]"],
  ["§1.4 DB31/T 388 chilled display", "db31-388-chilled-display", "(0…", "…7]", "…10]"],
  ["§1.4 DB31/T 388 frozen, transport, rejection", "db31-388-frozen", "…-18]", "…-15]", "…-12]"],
  ["§1.4 DB31/T 388 frozen display", "db31-388-frozen-display", "…-15]", "…-12]"],
  ["§1.4 DB31/T 388 ice cream", "db31-388-ice-cream", "[-25…-23]"],
  ["§1.4 DB31/T 388 tuna", "db31-388-tuna-storage", "…-50]"],
  ["§1.4 DB31/T 388 tuna, transport", "db31-388-tuna-transport", "…-45]"],
  ["§1.4 DB31/T 388 cabbage, potato", "db31-388-cabbage-potato", "[0…15]"],
  ["§1.4 DB31/T 388 apple", "db31-388-apple", "[-1…2]"],
  ["§1.4 DB31/T 388 pre-cooling", "db31-388-pre-cooled-vehicle", "temperature at return …-10]"],
  ["§1.4 DB31/T 388 dock", "db31-388-loading-dock", "temperature at ambient …15)"],
  ["§2.5 cold holding, FDA Food Code", "haccp-cold-holding-5", "…5]"],
  ["§2.5 cold holding, UK", "haccp-cold-holding-uk-8", "…8]"],
  ["§2.5 quick-frozen, tolerance", "haccp-quick-frozen", "…-18]", "…-15]"],
  ["§1.4 apple", "produce-apple", "[0…1]", "humidity at ambient [85…95]"],
  ["§1.4 pear, 0 ± 1 ours", "produce-pear", "[-1…1]"],
  ["§1.4 grape, 0 ± 1 and 90 ± 5 ours", "produce-grape", "[-1…1]", "humidity at ambient [85…95]"],
  ["§1.4 strawberry, 0 ± 1 ours", "produce-strawberry", "[-1…1]", "humidity at ambient [90…95]"],
  ["§1.4 citrus, 85 ± 5 ours", "produce-citrus", "[3…5]", "humidity at ambient [80…90]"],
  ["§1.4 mango, 85 ± 5 ours", "produce-mango", "…12]", "[10…", "humidity at ambient [80…90]"],
  ["§1.4, §1.6 banana; Handbook 66: 11.5", "produce-banana", "[12…14]", "[11.5…", "humidity at ambient [90…95]"],
  ["§1.4 pineapple, 7 ± 1 and 85 ± 5 ours", "produce-pineapple", "[6…8]", "humidity at ambient [80…90]"],
  ["§1.4 melon, 80 ± 5 ours", "produce-melon", "[3…4]", "humidity at ambient [75…85]"],
  ["§1.4 potato", "produce-potato", "[4…7]"],
  ["§1.4 tomato, unripe", "produce-tomato-unripe", "…13]", "[10…"],
  ["§1.4 cucumber, chilling below 5", "produce-cucumber", "[8…10]", "[5…"],
  ["§1.4 leafy", "produce-leafy", "[0…3]", "humidity at ambient [95…"],
  ["§1.2 zones, RH; GSP Art. 83 as quoted", "medicinal-material-cool", "humidity at ambient [35…75]", "…20]"],
  ["FAO Genebank Standards 4.2.3", "seed-genebank", "humidity at ambient [12…18]", "[-21…-15]"],
  ["FAO Genebank Standards 4.2.1", "seed-drying", "humidity at ambient [10…25]", "temperature at ambient [5…20]"],
  ["trade table; 20 °C ours", "seed-store", "humidity at ambient …45]", "humidity at ambient [35…", "temperature at ambient …20]"],
  ["ours", "feed-store", "humidity at ambient …60)", "temperature at ambient …30]"],
  ["ours", "infant-formula", "humidity at ambient …65]", "temperature at ambient …25]"],
  ["trade table", "milk-powder-open", "humidity at ambient …35]", "humidity at ambient [20…"],
  ["a demonstration of frozen-minus-18", "demo-frozen", "…-18]"],
  ["a demonstration of gsp-cold-2-8", "demo-vaccine-2-8", "[2…8]"],
]; // prettier-ignore

for (const [section, id, ...limits] of LIMITS)
  test(`${section}: ${id}`, () => {
    assert.equal(profiles.get(id)?.limits.map(limitsOf), limits);
  });

test("the table names every shipped profile once", () => {
  assert.equal(LIMITS.map(([, id]) => id).sort(), [...profiles.keys()].sort());
});

test("every profile bears its file's name, has titles in both languages, and every row says what it rests on", () => {
  const clause =
    /GSP|Appendix|GB\/T|DB31\/T|WHO|USP|ATP|EN 12830|CDC|FAO|FDA|HACCP|United Kingdom|China's|−20 °C or below, as the rules|21 CFR|Pharmacopoeia|Trade table|Handbook 66|[Oo]ur defaults?/;
  for (const [name, profile] of profiles) {
    assert.is(profile.id, name);
    assert.match(profile.title.zh, /\p{Script=Han}/u);
    const { limits, rates = [], mkt = [], stability = [], retention } = profile;
    const rows = [...limits, ...rates, ...mkt, ...stability, ...(retention === undefined ? [] : [retention])];
    for (const { source } of rows) assert.match(source, clause, `${name}: ${source}`);
  }
});

test("what is known from memory alone says so in its row or in its profile's source", () => {
  // The rows that standards.md marks [M].
  for (const id of [
    "vaccine-ult",
    "gsp-store-room",
    "atp-refrigerated-d",
    ...[..."abcdef"].map((c) => `atp-mechanical-${c}`),
  ]) {
    const { limits = [], source = "" } = profiles.get(id) ?? {};
    assert.match(`${source} ${limits.map((row) => row.source).join(" ")}`, /from memory/, id);
  }
  for (const [id, { retention }] of profiles)
    if (/GSP|1\.912/.test(retention?.source ?? "")) assert.match(retention?.source ?? "", /from memory/, id);
});

test("nothing that was made up reads like a standard: our figures say that they are ours", () => {
  for (const id of [
    "feed-store",
    "infant-formula",
    "atp-fish-on-ice",
    "produce-pear",
    "produce-pineapple",
    "seed-store",
  ])
    assert.ok(
      profiles.get(id)?.limits.some(({ source }) => source.includes("[our default, unverified]")),
      id,
    );
});

test.run();
