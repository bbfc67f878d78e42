// One point of a Modbus device: where its value lies, how it becomes a number, what is not a value.

import { z } from "zod";
import { BYTE_ORDERS, REGISTER_TYPES, isFloat, rawMaxOf, registersOf } from "./register-types.ts";
import type { RegisterType } from "./register-types.ts";

const address = z.int().min(0).max(65535).describe("0-based, as on the wire");
const text = z.string().min(1);
const bitNumber = z.int().min(0).max(15).describe("Which bit of the register, 0 the lowest");
const anyFunction = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]);
const everyMs = z
  .int()
  .min(100)
  .max(86_400_000)
  .describe("How often a schedule reads this point, unless told otherwise");

const BIT_WANTED = "a bit of a register needs its number: write bit: 0 (the lowest) to 15";
const BIT_UNWANTED = "functions 1 and 2 address a bit as it is: take bit out";

interface BitPlace {
  readonly fn: number;
  readonly bit?: number | undefined;
}

function checkBit({ fn, bit }: BitPlace, context: z.RefinementCtx): void {
  if (fn >= 3 && bit === undefined) context.addIssue({ code: "custom", path: ["bit"], message: BIT_WANTED });
  if (fn <= 2 && bit !== undefined) context.addIssue({ code: "custom", path: ["bit"], message: BIT_UNWANTED });
}

const bitReference = z
  .strictObject({
    fn: anyFunction,
    address,
    bit: bitNumber.optional(),
    invert: z.boolean().default(false).describe("The probe is at fault while the bit is 0"),
  })
  .superRefine(checkBit);

const pointFields = { unit: text.describe("UCUM code, such as Cel, %, W"), label: text.optional(), address };

export const registerPoint = z
  .strictObject({
    ...pointFields,
    fn: z.union([z.literal(3), z.literal(4)]),
    type: z.enum(REGISTER_TYPES),
    order: z
      .enum(BYTE_ORDERS)
      .default("ABCD")
      .describe("The order of bytes, the highest called A; CDAB is low word first"),
    byte: z.enum(["high", "low"]).default("low").describe("s8 and u8: which half of the register"),
    decimals: z.int().min(-6).max(9).describe("The raw number is divided by ten to this; a float is rounded to it"),
    deviceUnit: z.literal("[degF]").optional().describe("The device speaks in degrees Fahrenheit"),
    min: z.number().describe("Lowest value that can be true, in the point's unit"),
    max: z.number(),
    sentinels: z.array(z.number()).default([]).describe("Raw numbers, unsigned, that mean: no value"),
    faultBit: bitReference.optional().describe("A bit that says whether this probe is at fault"),
    stuckAfterMs: z.int().min(1000).optional().describe("Unchanged for so long, the probe is held to be stuck"),
    everyMs: everyMs.optional(),
  })
  .superRefine((point, context) => {
    const report = (field: string, message: string): void =>
      context.addIssue({ code: "custom", path: [field], message });
    if (point.min >= point.max) report("max", "max must be above min");
    const { type } = point;
    if (registersOf(type) === 1 && (point.order === "CDAB" || point.order === "DCBA")) {
      report("order", `${type} is one register, which has no order of words: write ABCD, or BADC for swapped bytes`);
    }
    if (isFloat(type) && point.decimals < 0) report("decimals", "a float is rounded to decimals: write 0 or more");
    if (point.deviceUnit !== undefined && point.unit !== "Cel") report("unit", "write Cel: the bridge converts to it");
    const wrong = point.sentinels.find((sentinel) => !isRaw(type, sentinel));
    if (wrong !== undefined) {
      report("sentinels", `${wrong} cannot be a raw ${type}: write whole numbers from 0 to ${rawMaxOf(type)}`);
    }
  });

function isRaw(type: RegisterType, sentinel: number): boolean {
  return isFloat(type) || (Number.isInteger(sentinel) && sentinel >= 0 && sentinel <= rawMaxOf(type));
}

export const bitPoint = z
  .strictObject({
    ...pointFields,
    fn: anyFunction,
    type: z.literal("bit"),
    bit: bitNumber.optional(),
    invert: z.boolean().default(false),
    everyMs: everyMs.optional(),
  })
  .superRefine(checkBit);

/** Values are `raw / 10 ** decimals`, bounds inclusive, sentinels are raw numbers as unsigned (of a float: its value). */
export type RegisterPoint = z.infer<typeof registerPoint>;
/** 1 when the bit is set; `invert` turns that round. */
export type BitPoint = z.infer<typeof bitPoint>;
export type FaultBit = z.infer<typeof bitReference>;
