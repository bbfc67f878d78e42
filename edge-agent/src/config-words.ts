// The shapes that all parts of a configuration are made of. What stands after "; " in a message is the mend.

import { isId } from "@isotherm/coldchain";
import { z } from "zod";

export const id = z
  .string({ error: "is missing or not text; give an id" })
  .refine(isId, "is not an id; use 1 to 64 letters, digits, . _ -, beginning with a letter or digit");
export const text = z.string({ error: "is missing or not text; write it as text" }).min(1, "is empty; write something");
export const whole = (unit: string, min: number, max: number): z.ZodNumber =>
  z
    .int({ error: `is missing or not a whole number; give ${unit}, ${min} to ${max}` })
    .min(min, `is too small; give ${unit}, ${min} to ${max}`)
    .max(max, `is too large; give ${unit}, ${min} to ${max}`);
export const milliseconds = (min: number, max: number): z.ZodNumber => whole("milliseconds", min, max);
