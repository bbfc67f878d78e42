// One face for both framings: who reads a device need not know what carries its bytes.

import type { ModbusMaster, ModbusMasterOptions } from "./master-contract.ts";
import { RtuMaster } from "./rtu-master.ts";
import { TcpMaster } from "./tcp-master.ts";

export function modbusMaster(options: ModbusMasterOptions): ModbusMaster {
  return options.framing === "tcp" ? new TcpMaster(options) : new RtuMaster(options);
}
