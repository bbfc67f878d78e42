// What a mapping file may say: the shape alone. What does not fit together is found in mapping-sense.

import { QUALITIES, ROLES, parseDurationMs } from "@isotherm/coldchain";
import { z } from "zod";
import { UNIT_NAMES } from "./foreign-unit.ts";

const text = z.string("give a text").min(1, "give a text that is not empty").max(512, "give at most 512 characters");
const number = z.number("give a number");
const idText = z
  .string("give an id")
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "give 1 to 64 of letters, digits, dot, underscore and hyphen");
const roles = ROLES.filter((role) => role !== "contract") as [
  Exclude<(typeof ROLES)[number], "contract">,
  ...Exclude<(typeof ROLES)[number], "contract">[],
];
const qualities = QUALITIES.filter((quality) => quality !== "good") as [(typeof QUALITIES)[number]];
const quality = z.enum(qualities, `give one of ${qualities.join(", ")}`);

const duration = z
  .string("give a duration such as 15min, 2h or 1d")
  .refine((given) => (parseDurationMs(given) ?? 0) > 0, "give a duration such as 15min, 2h or 1d")
  .describe("A number and one of ms, s, min, h, d");

const sentinel = z.union(
  [z.strictObject({ value: number, quality }), z.strictObject({ from: number, to: number, quality })],
  "give value or from and to, as sent, and the quality that such a reading has",
);

const channel = {
  channel: text.describe("<quantity>/<place>, such as temperature/{place}"),
  role: z.enum(roles, `give one of ${roles.join(", ")}`).describe("What the channel stands for"),
  unit: z
    .enum(UNIT_NAMES as [string, ...string[]], `give one of ${UNIT_NAMES.join(", ")}`)
    .describe("The unit that values come in; °F and K are kept as °C"),
  resolution: number
    .positive("give a number above 0")
    .describe("Smallest step of the value in the kept unit; limits compare at it"),
  scale: number.optional().describe("Multiplies the value before its unit is looked at: 0.01 for hundredths"),
  offset: number.optional().describe("Added after the scale"),
  sentinels: z
    .array(sentinel, "give a list of sentinels")
    .max(32, "give at most 32 sentinels")
    .optional()
    .describe("Values, as sent, that say that there is none"),
  min: number.optional().describe("Below this, in the kept unit, a value is out of physical range"),
  max: number.optional().describe("Above this, in the kept unit, a value is out of physical range"),
  values: z
    .record(z.string(), number)
    .optional()
    .describe("Texts and booleans as numbers, such as OPEN: 1; nothing else is taken then but numbers"),
  numericText: z.boolean("give true or false").optional().describe('True when numbers come as texts: "4.5"'),
};

const names = {
  tenant: idText.optional().describe("Whose readings these are; may be left out when there is one tenant"),
  assets: z
    .record(z.string(), idText)
    .optional()
    .describe("Asset id for each name; names that are not listed are left out"),
  maxSilence: duration.describe(
    "How long a value stands when no other follows, and how long the gateway may say nothing",
  ),
};

const jsonTime = z.union(
  [
    z.literal("received"),
    z.strictObject({
      path: text.describe("Where the time stands"),
      format: z.enum(["iso8601", "epoch-s", "epoch-ms"], "give iso8601, epoch-s or epoch-ms"),
      timeZone: text.optional().describe("For iso8601 without an offset: Asia/Shanghai, +08:00"),
      absent: z
        .enum(["received", "refuse"], "give received or refuse")
        .default("received")
        .describe("Without a time: kept at the time of receipt as clock-untrusted, or put into quarantine"),
    }),
  ],
  "give received, or path and format",
);

export const jsonRule = z.strictObject({
  topic: text.describe("Topic pattern: {name} takes a part of a level, + one level, # all that follow"),
  gateway: text.describe("Gateway id, such as {gateway} or zigbee-{device}"),
  asset: text.describe("Asset id, such as {asset}"),
  ids: z
    .record(
      z.string().regex(/^[a-z][A-Za-z0-9]*$/, "name it in letters and digits, beginning with a small letter"),
      text,
    )
    .optional()
    .describe("More names, from paths in the payload"),
  ...names,
  time: jsonTime.describe("Where the time stands; received: such messages are only sent live, and carry none"),
  each: text
    .optional()
    .describe("Path with [*] to a list of samples; other paths start at the sample, $. at the payload"),
  channels: z
    .array(z.strictObject({ path: text.describe("Where the value stands"), ...channel }), "give a list of channels")
    .min(1, "name at least one channel")
    .max(256, "give at most 256 channels"),
});

export const sparkplugRule = z.strictObject({
  group: text.describe("Group id, or a pattern with {names}"),
  node: text.describe("Edge node id, or a pattern with {names}"),
  ...names,
  time: z
    .literal("received", "leave it out, or give received for a node without a clock")
    .optional()
    .describe("received: the node has no clock, and what it sends was measured just now"),
  channels: z
    .array(
      z.strictObject({
        device: text.optional().describe("Device id or pattern; left out: metrics of the node itself"),
        metric: text.describe("Name of the metric, or a pattern with {names}"),
        asset: text.describe("Asset id, such as {device}"),
        ...channel,
      }),
      "give a list of channels",
    )
    .min(1, "name at least one channel")
    .max(256, "give at most 256 channels"),
});

export const mappingSchema = z.strictObject({
  mapping: idText.describe("A name for this mapping"),
  label: text.optional().describe("What it is, for people"),
  source: text.optional().describe("Where these facts come from"),
  tenant: idText.optional().describe("Whose readings these are, for all rules that name no tenant"),
  sparkplug: z.array(sparkplugRule, "give a list of rules").max(256, "give at most 256 rules").optional(),
  json: z.array(jsonRule, "give a list of rules").max(256, "give at most 256 rules").optional(),
});

/** The schema by which editors complete and check a mapping (JSON Schema 2020-12). */
export function mappingJsonSchema(): object {
  return { ...z.toJSONSchema(mappingSchema, { io: "input" }), title: "Isotherm mapping" };
}

export type MappingText = z.infer<typeof mappingSchema>;
export type JsonRuleText = z.infer<typeof jsonRule>;
export type SparkplugRuleText = z.infer<typeof sparkplugRule>;
export type ChannelText = Omit<JsonRuleText["channels"][number], "path">;
