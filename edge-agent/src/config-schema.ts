// The shape of an agent's configuration. What stands after "; " in a message is the mend.

import { MESSAGE_RECORDS_MAX, ROLES, isAssetId, isChannelId } from "@isotherm/coldchain";
import { z } from "zod";
import { busSchema } from "./bus-schema.ts";
import { id, milliseconds, text, whole } from "./config-words.ts";

const instant = z.iso.datetime({ offset: true, error: "is not an instant; write it like 2024-01-01T00:00:00Z" });

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

const pointSchema = z.strictObject({
  channel: z
    .string({ error: "is missing or not text; name the channel" })
    .refine(isChannelId, "is not a channel; write quantity/place, such as temperature/product-1"),
  role: z.enum(ROLES, { error: `is unknown; write one of ${ROLES.filter((role) => role !== "contract").join(", ")}` }),
  unit: text.optional(),
  resolution: z.number({ error: "is not a number; give the smallest step, in the unit" }).min(0).optional(),
  sampleEveryMs: milliseconds(100, DAY_MS).optional(),
});

const deviceSchema = z.strictObject({
  bus: id,
  unit: whole("a Modbus unit", 0, 255).optional(),
  profile: text,
  sampleEveryMs: milliseconds(100, DAY_MS).optional(),
  maxSilenceMs: milliseconds(1000, DAY_MS).optional(),
  points: z
    .record(text, pointSchema, { error: "are missing; name at least one point of the profile" })
    .refine((points) => Object.keys(points).length > 0, "are missing; name at least one point of the profile"),
});

const assetSchema = z.strictObject({
  assetId: id.refine(isAssetId, "is reserved for the gateway's own records; choose another id"),
  sampleEveryMs: milliseconds(100, DAY_MS),
  devices: z
    .array(deviceSchema, { error: "are missing; list at least one device" })
    .min(1, "are missing; list at least one device"),
});

const brokerSchema = z.strictObject(
  {
    url: z
      .string({ error: "is missing; write it like mqtt://127.0.0.1:1883" })
      .regex(/^(mqtts?|tcp|ssl|wss?):\/\/[^\s]+$/, "is not a broker's address; write it like mqtt://127.0.0.1:1883")
      .refine(
        (url) => !/\/\/[^/]*@/.test(url),
        "holds a user or password; write user, and passwordFile or passwordEnv",
      ),
    user: text,
    passwordFile: text.optional(),
    passwordEnv: text.optional(),
    keepaliveS: whole("seconds", 5, 600).default(20),
  },
  { error: "is missing; say where the broker is: url, user, passwordFile" },
);

const spoolSchema = z.strictObject(
  {
    path: text,
    bytesMax: whole("bytes", 1024 * 1024, 2 ** 40).default(256 * 1024 * 1024),
  },
  { error: "is missing; say where records are kept: path" },
);

const clockSchema = z
  .strictObject({
    source: z.literal("system", { error: "is unknown; write system" }).default("system"),
    plausibleFrom: instant.default("2024-01-01T00:00:00Z"),
    plausibleUntil: instant.default("2100-01-01T00:00:00Z"),
    errorMs: milliseconds(1, HOUR_MS).default(1000),
  })
  .refine((clock) => Date.parse(clock.plausibleFrom) < Date.parse(clock.plausibleUntil), {
    path: ["plausibleUntil"],
    message: "is not after plausibleFrom; give a later instant",
  })
  .prefault({});

const uplinkSchema = z
  .strictObject({
    link: z
      .enum(["wired", "cellular", "satellite"], { error: "is unknown; write wired, cellular or satellite" })
      .optional(),
    windowRecords: whole("records", 2, 100_000).default(2000),
    backlogRecordsPerS: whole("records a second", 1, 100_000).default(2000),
    messageRecordsMax: whole("records", 1, MESSAGE_RECORDS_MAX).default(100),
    retryAfterMs: milliseconds(100, HOUR_MS).default(5000),
    retryAfterMsMax: milliseconds(100, DAY_MS).default(300_000),
    reconnectAfterMs: milliseconds(100, HOUR_MS).default(1000),
    reconnectAfterMsMax: milliseconds(100, HOUR_MS).default(60_000),
  })
  .refine((uplink) => uplink.messageRecordsMax <= uplink.windowRecords / 2, {
    path: ["messageRecordsMax"],
    message: "is more than half of windowRecords; give less, or a larger window",
  })
  .refine((uplink) => uplink.retryAfterMs <= uplink.retryAfterMsMax, {
    path: ["retryAfterMsMax"],
    message: "is less than retryAfterMs; give as much at least",
  })
  .refine((uplink) => uplink.reconnectAfterMs <= uplink.reconnectAfterMsMax, {
    path: ["reconnectAfterMsMax"],
    message: "is less than reconnectAfterMs; give as much at least",
  })
  .prefault({});

export const agentConfigSchema = z.strictObject(
  {
    gatewayId: id,
    groupId: id.refine((group) => group !== "STATE", "is a word of Sparkplug's own; choose another group id"),
    hostId: id,
    broker: brokerSchema,
    spool: spoolSchema,
    clock: clockSchema,
    maxSilenceMs: milliseconds(1000, DAY_MS).default(300_000),
    uplink: uplinkSchema,
    buses: z.array(busSchema, { error: "are missing; list the buses that devices hang on" }),
    assets: z
      .array(assetSchema, { error: "are missing; list at least one asset" })
      .min(1, "are missing; list at least one asset"),
  },
  { error: "is not a configuration; see `isotherm-agent --help` for an example" },
);

/** A whole configuration, defaults filled in. */
export type AgentConfig = z.output<typeof agentConfigSchema>;
export type BusConfig = AgentConfig["buses"][number];
export type AssetConfig = AgentConfig["assets"][number];
export type DeviceConfig = AssetConfig["devices"][number];
export type PointConfig = DeviceConfig["points"][string];
