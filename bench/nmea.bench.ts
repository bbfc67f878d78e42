// Our NMEA decoder against the npm package `gps` on the logs of real receivers. `gps` is given whole lines, ready split,
// and the exceptions that it throws on good sentences are caught; ours is given bytes and joins the sentences of an instant.

import { createRequire } from "node:module";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { nmeaDecoder } from "@isotherm/firmware-bridge";
import { compare } from "./measure/interleaved.ts";

interface NpmGps {
  update(line: string): boolean;
}

/** It is firmware-bridge that depends on `gps`, for its tests and this bench. */
const { GPS } = createRequire(new URL("../firmware-bridge/package.json", import.meta.url))("gps") as {
  readonly GPS: { new (): NpmGps; Parse(line: string): unknown };
};

const FOLDER = process.env["ISOTHERM_TEST_DATA"] ?? resolve(import.meta.dirname, "../../shared/data");
const READ_BY_BOTH = /^\$[A-OQ-Z][A-Z](RMC|GGA|GNS|GLL|VTG|ZDA|GSA),/;

function logLines(): string[] {
  const files = readdirSync(join(FOLDER, "nmea")).filter((file) => file.endsWith(".log"));
  const text = files.map((file) => readFileSync(join(FOLDER, "nmea", file), "latin1")).join("\n");
  return text.split(/\r?\n/).filter((line) => line.startsWith("$"));
}

let checksum = 0;

function contest(title: string, lines: readonly string[]): void {
  const bytes = Buffer.from(lines.map((line) => `${line}\r\n`).join(""), "latin1");
  const ours = (): number => {
    const decoder = nmeaDecoder();
    for (let at = 0; at < bytes.length; at += 2048) {
      decoder.push(bytes.subarray(at, at + 2048));
      checksum += decoder.take().length;
    }
    return lines.length;
  };
  const each = (take: (line: string) => unknown): number => {
    for (const line of lines) {
      try {
        checksum += take(line) ? 1 : 0;
      } catch {
        checksum += 2;
      }
    }
    return lines.length;
  };
  const contenders = [
    { name: "isotherm", run: ours },
    { name: "gps, update (joined state)", run: () => each((line) => gps.update(line)) },
    { name: "gps, Parse (sentences alone)", run: () => each((line) => GPS.Parse(line)) },
  ];
  const gps = new GPS();
  compare(title, contenders, { unit: "sentence" });
}

const lines = logLines();
contest("All sentences of the logs, satellites in view among them", lines);
contest(
  "Only the sentences that both decode",
  lines.filter((line) => READ_BY_BOTH.test(line)),
);
if (checksum === 0) throw new Error("nothing was decoded");
