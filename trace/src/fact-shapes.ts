// What may be said about tenants, assets, people, profiles and shipments, and how it is checked: one shape for the
// command line, the HTTP API and files.

import { isAssetId, isId } from "@isotherm/coldchain";
import { z } from "zod";

const id = z.string().refine(isId, "an id is 1 to 64 of letters, digits, dot, underscore and hyphen");
const assetId = z.string().refine(isAssetId, 'an asset id is 1 to 64 of letters, digits, . _ - and not "gateway"');
/** A label in both languages of the pages; one text serves for both when they do not differ. */
const label = z.union([
  z
    .string()
    .min(1)
    .max(200)
    .transform((text) => ({ en: text, zh: text })),
  z.strictObject({ en: z.string().min(1).max(200), zh: z.string().min(1).max(200) }),
]);
/** UTC milliseconds, or an ISO 8601 instant with its offset, which is turned into them. */
const instantMs = z.union([
  z.number().int().nonnegative(),
  z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
]);
const place = z.strictObject({
  title: label,
  latitudeDeg: z.number().min(-90).max(90),
  longitudeDeg: z.number().min(-180).max(180),
});

export const tenantShape = z.strictObject({ tenantId: id, title: label });
export const standingShape = z.strictObject({
  profileId: id,
  fromMs: instantMs,
  toMs: instantMs.nullable().default(null),
});
export const assetShape = z.strictObject({
  assetId,
  tenantId: id,
  kind: z.enum(["compartment", "cold-room", "container", "cool-box"]),
  title: label,
  /** Where a thing that does not move stands; null for what carries its own GPS. */
  place: place.nullable().default(null),
  standing: z.array(standingShape).max(16).default([]),
});
export const personShape = z.strictObject({
  personId: id,
  tenantId: id,
  role: z.enum(["operator", "driver", "quality"]),
  name: z.string().min(1).max(100),
  language: z.enum(["en", "zh"]).default("en"),
});
export const legShape = z
  .strictObject({
    legId: id,
    assetId,
    fromMs: instantMs,
    toMs: instantMs.nullable().default(null),
    driverPersonId: id.nullable().default(null),
    origin: place.nullable().default(null),
    destination: place.nullable().default(null),
  })
  .refine((leg) => leg.toMs === null || leg.toMs > leg.fromMs, {
    message: "toMs must be after fromMs",
    path: ["toMs"],
  });
export const shipmentShape = z.strictObject({
  shipmentId: id,
  tenantId: id,
  title: label,
  goods: label,
  profileIds: z.array(id).min(1).max(16),
  legs: z.array(legShape).min(1).max(100),
});
export const profileTextShape = z.strictObject({
  profileId: id,
  version: z.number().int().min(1),
  text: z.string().max(100_000),
  /** Judges what was measured from then on; absent: always did. A later word about a profile replaces all it overlaps. */
  validFromMs: instantMs.optional(),
});

export type Label = z.output<typeof label>;
export type Place = z.output<typeof place>;
export type Tenant = z.output<typeof tenantShape>;
export type Asset = z.output<typeof assetShape>;
export type Standing = z.output<typeof standingShape>;
export type Person = z.output<typeof personShape>;
export type PersonRole = Person["role"];
export type Leg = z.output<typeof legShape>;
export type Shipment = z.output<typeof shipmentShape>;
export type ProfileText = z.output<typeof profileTextShape>;

/** Everything that assessment rests on, in its latest revision. */
export interface TraceFacts {
  readonly tenants: readonly Tenant[];
  readonly assets: readonly Asset[];
  readonly shipments: readonly Omit<Shipment, "legs">[];
  readonly legs: readonly (Leg & { readonly shipmentId: string })[];
  /** Every version that holds for some time, by profile and then by when it begins; each until the next. */
  readonly profiles: readonly ProfileText[];
}
