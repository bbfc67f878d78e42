// What a device is, as its reviewed YAML file says: where its values lie, how they are scaled, what is not a value.

import { z } from "zod";

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const POINT_NAME = /^[a-z][A-Za-z0-9]*$/;
const registerAddress = z.int().min(0).max(65535);
const text = z.string().min(1);

const bitReference = z.strictObject({
  fn: z.union([z.literal(1), z.literal(2)]),
  address: registerAddress,
});

const pointFields = { unit: text, label: text.optional(), address: registerAddress };

const registerPoint = z
  .strictObject({
    ...pointFields,
    fn: z.union([z.literal(3), z.literal(4)]),
    type: z.enum(["s16", "u16"]),
    decimals: z.int().min(0).max(6),
    min: z.number(),
    max: z.number(),
    sentinels: z.array(z.int().min(0).max(65535)).default([]),
    faultBit: bitReference.optional(),
  })
  .refine((point) => point.min < point.max, { path: ["max"], message: "max must be above min" });

const bitPoint = z.strictObject({
  ...pointFields,
  fn: z.union([z.literal(1), z.literal(2)]),
  type: z.literal("bit"),
  invert: z.boolean().default(false),
});

const readableRange = z
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
  profile: z.string().regex(NAME, "a profile is named like its file: small letters, digits and hyphens"),
  label: text,
  source: text,
};

const modbusProfile = z.strictObject({
  ...head,
  protocol: z.literal("modbus"),
  baudRate: z.int().min(300).max(921_600).default(9600),
  parity: z.enum(["none", "even", "odd"]).default("none"),
  maxRegisters: z.int().min(1).max(125).default(125),
  guardMs: z.number().min(0).max(1000).default(0),
  responseTimeoutMs: z.number().min(1).max(10_000).default(500),
  lateMaxMs: z.number().min(0).max(60_000).default(2000),
  readable: z.array(readableRange).default([]),
  points: points(z.discriminatedUnion("type", [registerPoint, bitPoint])),
});

const positionProfile = z.strictObject({
  ...head,
  protocol: z.literal("nmea-0183"),
  baudRate: z.int().min(300).max(921_600).default(9600),
  staleAfterMs: z.number().min(100).max(600_000).default(5000),
  points: points(z.strictObject({ unit: text, min: z.number(), max: z.number() })),
});

export const deviceProfileSchema = z.discriminatedUnion("protocol", [modbusProfile, positionProfile]);

/** A device that speaks Modbus. `maxRegisters` bounds one request; `readable` says which addresses may be read besides the points. */
export type ModbusProfile = z.infer<typeof modbusProfile>;
/** A receiver that speaks NMEA 0183. */
export type PositionProfile = z.infer<typeof positionProfile>;
export type DeviceProfile = ModbusProfile | PositionProfile;
/** Values are `raw / 10 ** decimals`, bounds inclusive, sentinels are raw registers as unsigned. */
export type RegisterPoint = z.infer<typeof registerPoint>;
/** 1 when the bit is set; `invert` turns that round. */
export type BitPoint = z.infer<typeof bitPoint>;
export type DevicePoint = RegisterPoint | BitPoint;
export type FaultBit = z.infer<typeof bitReference>;
