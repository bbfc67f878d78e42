// What comes from the broker, and how gateways and streams are named in ingest.

export interface RawMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly receivedAtMs: number;
  /** The broker had kept it, so that nobody knows when it was sent. */
  readonly isRetained?: boolean;
  /** Which connection of ours heard it, counted from the start; between two, births may have been missed. */
  readonly connection?: number;
}

/** `<group>/<gatewayId>`: two tenants may name a gateway alike. */
export function gatewayKeyOf(groupId: string, gatewayId: string): string {
  return `${groupId}/${gatewayId}`;
}

/** The gateway's own id, out of its key. */
export function gatewayIdOf(gatewayKey: string): string {
  return gatewayKey.slice(gatewayKey.indexOf("/") + 1);
}

export function streamKeyOf(gatewayKey: string, epoch: string, assetId: string): string {
  return `${gatewayKey}/${epoch}/${assetId}`;
}
