// A Sparkplug node that none of our code encodes: payloads by protobufjs from the published sparkplug_b.proto.

import { join } from "node:path";
import protobuf from "protobufjs";
import { testDataDir } from "../../checks/kit.ts";

/** Fields of org.eclipse.tahu.protobuf.Payload.Metric, in protobufjs' camelCase. */
export interface PlainMetric {
  readonly name?: string;
  readonly alias?: number;
  readonly timestamp?: number;
  readonly datatype?: number;
  readonly isHistorical?: boolean;
  readonly isNull?: boolean;
  readonly intValue?: number;
  readonly longValue?: number;
  readonly floatValue?: number;
  readonly doubleValue?: number;
  readonly booleanValue?: boolean;
  readonly stringValue?: string;
  readonly templateValue?: object;
  readonly datasetValue?: object;
  readonly properties?: object;
}

export const TYPE = { int16: 2, int32: 3, uint32: 7, float: 9, double: 10, boolean: 11, string: 12 } as const;

export class ForeignGateway {
  readonly #payload: protobuf.Type;
  readonly group: string;
  readonly node: string;
  #seq = 0;

  constructor(payload: protobuf.Type, group: string, node: string) {
    this.#payload = payload;
    this.group = group;
    this.node = node;
  }

  static async of(group: string, node: string): Promise<ForeignGateway> {
    const root = await protobuf.load(join(testDataDir(), "standards/sparkplug/sparkplug_b.proto"));
    return new ForeignGateway(root.lookupType("org.eclipse.tahu.protobuf.Payload"), group, node);
  }

  /** The next message in the node's own sequence; NBIRTH begins it anew, NDEATH has no number. */
  message(
    type: string,
    device: string | undefined,
    metrics: readonly PlainMetric[],
    timestamp?: number,
  ): readonly [topic: string, payload: Uint8Array] {
    if (type === "NBIRTH") this.#seq = 0;
    const seq = type === "NDEATH" ? {} : { seq: this.#seq };
    if (type !== "NDEATH") this.#seq = (this.#seq + 1) % 256;
    const stamped = timestamp === undefined ? {} : { timestamp };
    const message = this.#payload.create({ ...stamped, ...seq, metrics: [...metrics] });
    const topic = ["spBv1.0", this.group, type, this.node, ...(device === undefined ? [] : [device])].join("/");
    return [topic, this.#payload.encode(message).finish()];
  }

  /** A message that is lost on the way: its number is used up. */
  lose(): void {
    this.#seq = (this.#seq + 1) % 256;
  }
}

/** Sparkplug's property `Quality`, as Int32. */
export function quality(value: 0 | 192 | 500): object {
  return { keys: ["Quality"], values: [{ type: TYPE.int32, intValue: value }] };
}
