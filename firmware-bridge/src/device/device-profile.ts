// What a device is, as its reviewed YAML file says: where its values lie, how they are scaled, what is not a value.

import { z } from "zod";
import { bitPoint, registerPoint } from "./point-schema.ts";
import type { RegisterPoint } from "./point-schema.ts";
import { registersOf } from "./register-types.ts";

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const POINT_NAME = /^[a-z][A-Za-z0-9]*$/;
const registerAddress = z.int().min(0).max(65535);
const text = z.string().min(1);

const registerRange = z
  .strictObject({ fn: z.int().min(1).max(4), from: registerAddress, to: registerAddress })
  .refine((range) => range.from <= range.to, { path: ["to"], message: "to must not be below from" });

const points = <Point extends z.ZodType>(point: Point) =>
  z
    .record(
      z.string().regex(POINT_NAME, "a point is named in letters and digits, beginning with a small letter"),
      point,
    )
    .refine((all) => Object.keys(all).length > 0, { message: "name at least one point" });

const head = {
  profile: z
    .string()
    .regex(NAME, "a profile is named like its file: small letters, digits and hyphens")
    .describe("The file's name without .yaml"),
  label: text.describe("What the device is, for people"),
  source: text.describe("Where these facts come from, and what is not known"),
};

const modbusProfile = z
  .strictObject({
    ...head,
    protocol: z.literal("modbus"),
    baudRate: z.int().min(300).max(921_600).default(9600).describe("As the device leaves the factory"),
    parity: z.enum(["none", "even", "odd"]).default("none"),
    stopBits: z.union([z.literal(1), z.literal(2)]).default(1),
    maxRegisters: z.int().min(1).max(125).default(125).describe("Most registers that one request may ask for"),
    maxBits: z.int().min(1).max(2000).optional().describe("Most bits in one request; default 16 × maxRegisters"),
    guardMs: z.number().min(0).max(1000).default(0).describe("Silence before a request, if more than 3.5 characters"),
    responseTimeoutMs: z.number().min(1).max(10_000).default(500),
    lateMaxMs: z.number().min(0).max(60_000).default(2000).describe("No reply comes later than this after its request"),
    inOrder: z
      .boolean()
      .default(false)
      .describe(
        "The device never answers an earlier request after a later one, so a proof saves waiting for lateMaxMs",
      ),
    gapMax: z.int().min(0).max(120).default(0).describe("Unused registers between points that may be read over"),
    readable: z.array(registerRange).default([]).describe("Ranges that may be read besides the points"),
    forbidden: z.array(registerRange).default([]).describe("Ranges that no request may touch"),
    points: points(z.discriminatedUnion("type", [registerPoint, bitPoint])),
  })
  .superRefine((profile, context) => {
    for (const [name, point] of Object.entries(profile.points)) {
      const registers = point.type === "bit" ? 1 : registersOf(point.type);
      const report = (field: string, message: string): void =>
        context.addIssue({ code: "custom", path: ["points", name, field], message });
      if (registers > profile.maxRegisters) {
        report("type", `${point.type} fills ${registers} registers, but maxRegisters is ${profile.maxRegisters}`);
      }
      if (point.address + registers > 65536) report("address", "the value would reach beyond register 65535");
      const touches = profile.forbidden.find(
        ({ fn, from, to }) => fn === point.fn && from < point.address + registers && point.address <= to,
      );
      if (touches)
        report("address", `the profile itself forbids function ${point.fn}, ${touches.from} to ${touches.to}`);
    }
  });

const positionProfile = z.strictObject({
  ...head,
  protocol: z.literal("nmea-0183"),
  baudRate: z.int().min(300).max(921_600).default(9600),
  staleAfterMs: z.number().min(100).max(600_000).default(5000),
  points: points(z.strictObject({ unit: text, min: z.number(), max: z.number() })),
});

export const deviceProfileSchema = z.discriminatedUnion("protocol", [modbusProfile, positionProfile]);

/** The schema by which editors complete and check a profile (JSON Schema 2020-12). */
export function deviceProfileJsonSchema(): object {
  const schema = z.toJSONSchema(deviceProfileSchema, { io: "input" });
  return { ...schema, title: "Isotherm device profile" };
}

/** A device that speaks Modbus. `maxRegisters` bounds one request; `readable` says which addresses may be read besides the points. */
export type ModbusProfile = z.infer<typeof modbusProfile>;
/** A receiver that speaks NMEA 0183. */
export type PositionProfile = z.infer<typeof positionProfile>;
export type DeviceProfile = ModbusProfile | PositionProfile;
export type { BitPoint, FaultBit, RegisterPoint } from "./point-schema.ts";
export type DevicePoint = RegisterPoint | z.infer<typeof bitPoint>;
