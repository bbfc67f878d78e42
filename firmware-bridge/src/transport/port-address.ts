// Which device node a configured port means now: a path, or an adapter by its USB fingerprint.

import type { PortDescription } from "./port-list.ts";
import { TransportError } from "./transport.ts";

const FINGERPRINT = /^usb:([0-9a-f]{4}):([0-9a-f]{4})(?::(.+))?$/i;

/** Whether the text is a USB fingerprint, `usb:VENDOR:PRODUCT` or `usb:VENDOR:PRODUCT:SERIAL`, rather than a path. */
export function isFingerprint(address: string): boolean {
  return address.startsWith("usb:");
}

/**
 * The path of the only adapter with that fingerprint. Throws PORT_ABSENT when there is none, and PORT_AMBIGUOUS when
 * several adapters cannot be told apart by it.
 */
export function findByFingerprint(address: string, ports: readonly PortDescription[]): string {
  const [, vendorId, productId, serialNumber] = FINGERPRINT.exec(address) ?? [];
  if (vendorId === undefined || productId === undefined) {
    throw new TransportError(
      "PORT_ABSENT",
      `"${address}" is no USB fingerprint: write usb:VENDOR:PRODUCT or usb:VENDOR:PRODUCT:SERIAL, such as usb:0403:6001.`,
    );
  }
  const fits = ports.filter(
    (port) =>
      port.vendorId === vendorId.toLowerCase() &&
      port.productId === productId.toLowerCase() &&
      (serialNumber === undefined || port.serialNumber === serialNumber),
  );
  const [only] = fits;
  if (only === undefined) {
    const others = ports.map(describePort).join(", ") || "none at all";
    throw new TransportError("PORT_ABSENT", `No adapter ${address} is plugged in. There are: ${others}.`);
  }
  if (fits.length > 1) {
    throw new TransportError(
      "PORT_AMBIGUOUS",
      `${fits.length} adapters are ${address}: ${fits.map(describePort).join(", ")}. ` +
        "Add the serial number, or name the port by its path under /dev/serial/by-path.",
    );
  }
  return only.path;
}

export function fingerprintOf({ vendorId, productId, serialNumber }: PortDescription): string | undefined {
  if (vendorId === undefined || productId === undefined) return undefined;
  return ["usb", vendorId, productId, ...(serialNumber === undefined ? [] : [serialNumber])].join(":");
}

function describePort(port: PortDescription): string {
  const fingerprint = fingerprintOf(port);
  return fingerprint === undefined ? port.path : `${port.path} (${fingerprint})`;
}
