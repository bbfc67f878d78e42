// The buses of a configuration: where a line begins and how it is spoken on. What stands after "; " is the mend.

import { z } from "zod";
import { id, milliseconds, text, whole } from "./config-words.ts";

const baudRate = whole("baud", 300, 921_600).default(9600);
const port = whole("a port", 1, 65_535);
const parity = z.enum(["none", "even", "odd"], { error: "is unknown; write none, even or odd" }).default("none");
const stopBits = z
  .union([z.literal(1), z.literal(2)], { error: "is neither 1 nor 2; write what the devices are set to" })
  .default(1);
const yesOrNo = z.boolean({ error: "is neither true nor false; write one of them" });

const PORT_MEND = "write a path such as /dev/serial/by-id/usb-…, or usb:0403:6001 or usb:0403:6001:SERIAL";
/** `isotherm-bridge scan` prints both of them. */
const serialPath = z
  .string({ error: `is missing or not text; ${PORT_MEND}` })
  .min(1, `is empty; ${PORT_MEND}`)
  .refine(
    (path) => !path.startsWith("usb:") || /^usb:[0-9a-f]{4}:[0-9a-f]{4}(:.+)?$/i.test(path),
    `is no USB fingerprint; ${PORT_MEND}`,
  );

/** For all units of the bus, instead of what their profiles say. */
const responseTimeoutMs = milliseconds(1, 60_000).optional();

export const busSchema = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({
      busId: id,
      kind: z.literal("modbus-tcp"),
      host: text,
      port: port.default(502),
      responseTimeoutMs,
      inFlightMax: whole("requests", 1, 16).optional(),
    }),
    z.strictObject({
      busId: id,
      kind: z.literal("modbus-rtu"),
      path: serialPath,
      baudRate,
      parity,
      stopBits,
      responseTimeoutMs,
      guardMs: milliseconds(0, 1000).optional(),
      echo: yesOrNo.default(false),
      inOrder: yesOrNo.default(false),
    }),
    z.strictObject({ busId: id, kind: z.literal("nmea-tcp"), host: text, port, responseTimeoutMs }),
    z.strictObject({ busId: id, kind: z.literal("nmea-serial"), path: serialPath, baudRate, responseTimeoutMs }),
    z.strictObject({
      busId: id,
      kind: z.literal("gpsd"),
      host: text.default("127.0.0.1"),
      port: port.default(2947),
      device: text.optional(),
    }),
  ],
  { error: "has no known kind; write kind: modbus-tcp, modbus-rtu, nmea-tcp, nmea-serial or gpsd" },
);
