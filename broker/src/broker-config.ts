import { z } from "zod";
import type { Problem } from "./errors.ts";
import { problemsOf } from "./zod-problems.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

const whole = (min: number, max: number, fallback: number) =>
  z.int({ error: "is not a whole number" }).min(min).max(max).default(fallback);

const listenerSchema = z.strictObject({
  /** An address of this machine; anything but loopback opens the broker to a network, without encryption. */
  host: z.string({ error: "is not text; give an address such as 127.0.0.1" }).min(1).default("127.0.0.1"),
  /** 0 takes any free port. */
  port: z.int({ error: "is missing or not a whole number; give a TCP port such as 1883" }).min(0).max(65_535),
});

const settingsSchema = z.strictObject({
  listeners: z
    .array(listenerSchema, { error: "is missing or not a list; write `listeners: [{ port: 1883 }]`" })
    .min(1, "is empty; write `listeners: [{ port: 1883 }]`"),
  /** Path of the YAML file of identities. */
  identities: z
    .string({ error: "is missing; give the path of the identities file" })
    .min(1, "is empty; give the path of the identities file"),
  /** How often the identities file is looked at. */
  identitiesPollMs: whole(10, 3_600_000, 1_000),
  /** Connections at once, signed in or not. */
  clientsMax: whole(1, 100_000, 5_000),
  /** Subscriptions of one client. */
  subscriptionsMax: whole(1, 10_000, 100),
  /** Payload of one message; a larger one ends its sender's connection. */
  payloadBytesMax: whole(1, 16 * MIB, 256 * KIB),
  /** Output that may wait in memory for one client. */
  outputBytesMax: whole(64 * KIB, 1024 * MIB, 8 * MIB),
  /** How long a client may take nothing from its socket. */
  drainMsMax: whole(10, 600_000, 1_000),
  /** From the TCP connection to the accepted sign-in. */
  connectTimeoutMs: whole(100, 600_000, 30_000),
  /** Topics with a retained message. */
  retainedMax: whole(0, 1_000_000, 10_000),
  /** Payload of all retained messages together. */
  retainedBytesMax: whole(0, 1024 * MIB, 64 * MIB),
  /** How often the process logs its counters. */
  countersLogMs: whole(1_000, 86_400_000, 60_000),
});

// One message alone would otherwise get a healthy client cut off.
const configSchema = settingsSchema.refine((config) => config.outputBytesMax >= 2 * config.payloadBytesMax, {
  path: ["outputBytesMax"],
  message: "has no room for two messages of payloadBytesMax; raise it, or lower payloadBytesMax",
});

/** A checked configuration: every default filled in. Units stand in the names. */
export type BrokerConfig = z.output<typeof configSchema>;

/** Checks a parsed configuration as a whole and reports everything that is wrong with it. Does no I/O. */
export function checkBrokerConfig(
  value: unknown,
): { readonly config: BrokerConfig } | { readonly problems: readonly Problem[] } {
  const parsed = configSchema.safeParse(value ?? {});
  return parsed.success ? { config: parsed.data } : { problems: problemsOf(parsed.error, "the file") };
}
