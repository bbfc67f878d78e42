// A position receiver, read for a table.

import type { PositionProfile } from "../device/device-profile.ts";
import type { Fix } from "../gps/fix.ts";
import { gpsDevice } from "../gps/gps-device.ts";
import type { OpenedTarget } from "./port-target.ts";
import type { Reader } from "./read-command.ts";
import type { TableRow } from "./reading-table.ts";
import { pause } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/** Receivers speak once a second: so long is the next fix waited for. */
const NEXT_FIX_MAX_MS = 1500;
const LOOK_AGAIN_MS = 50;
const CHANNELS = { latitude: "latitude", longitude: "longitude", speed: "speed", track: "track" } as const;

export function positionReader(
  profile: PositionProfile,
  { transport, isSerial }: OpenedTarget,
  port: string,
  terminal: Terminal,
): Reader {
  const { clock } = terminal;
  const failures = new Map<string, number>();
  let heardBytes = 0;
  transport.onBytes((bytes) => (heardBytes += bytes.length));
  const gps = gpsDevice({ transport, channels: CHANNELS, staleAfterMs: profile.staleAfterMs, clock });
  const nextReadings = async () => {
    const deadlineMs = clock.monotonicMs() + NEXT_FIX_MAX_MS;
    for (;;) {
      const readings = await gps.read();
      const isOld = readings.every(({ quality }) => quality === "stale" || quality === "device-timeout");
      if (!isOld || terminal.stop.aborted || clock.monotonicMs() >= deadlineMs) return readings;
      await pause(terminal, LOOK_AGAIN_MS);
    }
  };
  return {
    title: `${profile.profile} · ${transport.name}`,
    open: () => transport.open(),
    async read() {
      const readings = await nextReadings();
      return readings.map(({ channel, value, quality }): TableRow => {
        const isFailure = quality === "device-timeout";
        const errors = (failures.get(channel) ?? 0) + (isFailure ? 1 : 0);
        failures.set(channel, errors);
        return { channel, value, quality, raw: [], unit: profile.points[channel]?.unit ?? "", latencyMs: null, errors };
      });
    },
    advice(rows) {
      const fix = gps.lastFix()?.fix;
      if (rows.every(({ quality }) => quality === "device-timeout")) {
        return silentAdvice(heardBytes, gps.counters.sentences, isSerial, port);
      }
      return fix === undefined ? [] : fixLines(fix);
    },
    close: () => gps.close(),
  };
}

function silentAdvice(heardBytes: number, sentences: number, isSerial: boolean, port: string): string[] {
  if (heardBytes === 0) {
    const wires = isSerial ? "are its transmit and our receive wires joined? " : "";
    return [`The receiver says nothing. Is it on? ${wires}Some must be told to send NMEA.`];
  }
  if (sentences > 0) return ["The receiver speaks NMEA, but none of RMC, GGA, GNS or GLL, which give a position."];
  const mend = isSerial ? `try --baud 4800, 9600, 38400 or 115200, or "isotherm-bridge scan --port ${port}"` : "";
  return [`${heardBytes} bytes came, and no NMEA sentence among them. Most often the speed is wrong: ${mend}.`];
}

const FLAWS: Readonly<Record<NonNullable<Fix["flaw"]>, string>> = {
  "no-fix": "it has no fix: does the antenna see the sky? A cold start takes a minute or more",
  "no-position": "it claims a fix and gives no position",
  simulated: "its position is simulated",
  estimated: "its position is estimated by dead reckoning",
  "by-hand": "its position was entered by hand",
  "zero-position": "it says 0,0",
  "few-satellites": "it uses fewer than three satellites, which cannot measure a position",
  "impossible-speed": "it says a speed that no carrier reaches",
  jump: "it jumped further than could be driven in the time",
};

function fixLines(fix: Fix): string[] {
  const time = fix.timeUtcMs === null ? (fix.timeOfDay ?? "no time") : new Date(fix.timeUtcMs).toISOString();
  const modes = { 1: "no fix", 2: "2D fix", 3: "3D fix" } as const;
  const satellites = fix.satellites === null ? "" : `, ${fix.satellites} satellites`;
  const mended = fix.weeksAdded === 0 ? "" : `, date mended by ${fix.weeksAdded} weeks`;
  const said = `The receiver says: ${time}, ${modes[fix.mode]}${satellites}${mended}.`;
  return fix.flaw === null ? [said] : [said, `It is not believed: ${FLAWS[fix.flaw]}.`];
}
