// How several probes of one quantity and role are judged.

export const COMBINES = ["any", "median", "worst"] as const;

/**
 * How several probes of one quantity and role are judged:
 * - `any`: each by itself;
 * - `median`, `worst`: as one series, which has a reading at every instant at which one of them has a good one, made of
 *   what stands of each then. `worst` is the one furthest out; `median` the middle one, of an even number the one of the
 *   two middle ones that is further out, so that it is always a value that a probe has measured.
 */
export type Combine = (typeof COMBINES)[number];
