// What a channel is: a quantity at a place with a role, its unit and resolution. Gateways declare these in births.

export const ROLES = [
  "product",
  "supply",
  "return",
  "ambient",
  "evaporator",
  "set-point",
  "door",
  "position",
  "contract",
] as const;

/** What a channel stands for. `contract` marks channels about the gateway itself (anchors, starts). */
export type Role = (typeof ROLES)[number];

export interface ChannelDeclaration {
  /** `<quantity>/<place>`. */
  readonly channel: string;
  /** Given once within a spool epoch and never reused. */
  readonly alias: number;
  readonly role: Role;
  /** UCUM code: `Cel`, `%`, `deg`, `m/s`, `1`. */
  readonly unit: string;
  /** Smallest step that the device gives, in the unit; limits compare at it. */
  readonly resolution: number;
  /**
   * How long a reading stands when no other follows, for sources that report by exception; takes the place of the
   * profile's gap. Never on the wire: who receives such readings says it.
   */
  readonly standsMs?: number;
  /** The longest that the channel is without a good value while all is well; absent when nothing is promised. */
  readonly maxSilenceMs?: number;
}
