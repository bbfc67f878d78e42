// The serial ports of this machine, with what tells one adapter from another.

import { readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { SerialPort } from "serialport";

export interface PortDescription {
  /** `/dev/ttyUSB0`: may belong to another adapter after a replug. */
  readonly path: string;
  /** The name under `/dev/serial/by-id` or, for adapters without a serial number, `by-path`: stays the same. */
  readonly stablePath?: string;
  /** Four hexadecimal digits in small letters, of USB adapters. */
  readonly vendorId?: string;
  readonly productId?: string;
  readonly serialNumber?: string;
  readonly manufacturer?: string;
}

export async function listPorts(): Promise<PortDescription[]> {
  // Without udev nothing is known of adapters, but their device nodes can be seen.
  const known = await SerialPort.list().catch(() => seenPorts());
  const stable = stablePaths();
  return known.map((port) => {
    const { path, vendorId, productId, serialNumber, manufacturer } = port;
    const stablePath = stable.get(path);
    return {
      path,
      ...(stablePath === undefined ? {} : { stablePath }),
      ...(vendorId === undefined ? {} : { vendorId: vendorId.toLowerCase() }),
      ...(productId === undefined ? {} : { productId: productId.toLowerCase() }),
      ...(serialNumber === undefined ? {} : { serialNumber }),
      ...(manufacturer === undefined ? {} : { manufacturer }),
    };
  });
}

type SeenPort = Partial<Record<"vendorId" | "productId" | "serialNumber" | "manufacturer", string>> & { path: string };

function seenPorts(): SeenPort[] {
  return namesIn("/dev")
    .filter((name) => /^(tty(USB|ACM|AMA|XRUSB)|rfcomm)\d+$/.test(name))
    .map((name) => ({ path: join("/dev", name) }));
}

function stablePaths(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const folder of ["/dev/serial/by-path", "/dev/serial/by-id"]) {
    for (const name of namesIn(folder)) {
      const path = join(folder, name);
      try {
        found.set(realpathSync(path), path);
      } catch {
        // It was unplugged between the two looks.
      }
    }
  }
  return found;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
