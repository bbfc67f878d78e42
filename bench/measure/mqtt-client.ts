// The MQTT client of the benches. It is a development dependency of the simulators, so it is looked up from there.

import { createRequire } from "node:module";

/** The part of mqtt.js that is used here. */
export interface MqttClient {
  publish(topic: string, payload: Buffer): unknown;
  endAsync(force: boolean): Promise<void>;
}

const requireThere = createRequire(new URL("../../simulators/package.json", import.meta.url));

export async function connectMqtt(url: string): Promise<MqttClient> {
  const mqtt = requireThere("mqtt") as { connectAsync(url: string, options: object): Promise<MqttClient> };
  return mqtt.connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0 });
}
