// An agent of one truck for tests: real clock and broker, a device whose values count up.

import type { ChannelReading, DevicePoll } from "@isotherm/firmware-bridge";
import { startAgent, type Agent } from "../src/agent.ts";
import type { AgentLog } from "../src/agent-log.ts";
import type { AgentConfig } from "../src/config-schema.ts";
import { agentConfigOf } from "../src/config.ts";
import { systemClock, systemRandom, systemScheduler } from "../src/ports.ts";
import type { DeviceSource } from "../src/sampling.ts";
import { newEpoch } from "./spool-fixture.ts";

export function truckConfig(port: number, spoolPath: string, sampleEveryMs = 100): AgentConfig {
  return agentConfigOf(
    `gatewayId: gw-1
groupId: fleet-1
hostId: host-1
broker: { url: "mqtt://127.0.0.1:${port}", user: gw-1, passwordEnv: NONE }
spool: { path: "${spoolPath}" }
uplink: { retryAfterMs: 300, reconnectAfterMs: 100, reconnectAfterMsMax: 400 }
buses: [{ busId: climate, kind: modbus-tcp, host: 127.0.0.1, port: 1502 }]
assets:
  - assetId: truck-1
    sampleEveryMs: ${sampleEveryMs}
    devices:
      - bus: climate
        unit: 1
        profile: cold-room-controller
        points:
          supply: { channel: temperature/supply, role: supply }
          return: { channel: temperature/return, role: return }
`,
    "test.yaml",
  );
}

/** Supply counts up from 1 and is good; return is a broken probe. */
export function countingDevice(): DeviceSource {
  let value = 0;
  const poll: DevicePoll = {
    async read(): Promise<ChannelReading[]> {
      return [
        { channel: "temperature/supply", value: ++value, quality: "good" },
        { channel: "temperature/return", value: null, quality: "probe-fault" },
      ];
    },
  };
  return () => poll;
}

const quiet = (): void => undefined;
export const SILENT: AgentLog = { info: quiet, warn: quiet, error: quiet };

export function start(
  config: AgentConfig,
  over: { readonly devices?: DeviceSource; readonly log?: AgentLog } = {},
): Agent {
  return startAgent(config, {
    clock: systemClock,
    scheduler: systemScheduler,
    random: systemRandom,
    log: SILENT,
    devices: countingDevice(),
    closeDevices: async () => undefined,
    password: "",
    machineId: "machine-1",
    machineBootId: "boot-1",
    newEpoch,
    ...over,
  });
}
