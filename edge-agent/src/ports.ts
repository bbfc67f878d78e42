// The concrete clock, scheduler, chance and identity of the machine, which the process hands to everything else.

import type { Clock, Random, Scheduler } from "@isotherm/coldchain";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { arch, hostname, platform } from "node:os";

/** Monotonic time is the machine's own (CLOCK_MONOTONIC): it goes on over a restart of the process, not of the machine. */
export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => Number(process.hrtime.bigint() / 1_000_000n),
};

export const systemScheduler: Scheduler = {
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

export const systemRandom: Random = () => Math.random();

/** 128 random bits as 32 hex digits. */
export function randomId(): string {
  return randomBytes(16).toString("hex");
}

/** Files that tell a machine from a clone of its card: the board's serial number first, the installation's id besides. */
const BOARD_FILES = ["/sys/firmware/devicetree/base/serial-number", "/sys/class/dmi/id/product_uuid"];
const MACHINE_FILES = ["/etc/machine-id", "/var/lib/dbus/machine-id"];

/** 32 hex digits, the same on every call on this machine; the machine's own ids are not passed on. */
export function readMachineId(): string {
  const parts = [firstText(BOARD_FILES), firstText(MACHINE_FILES)].filter((part) => part !== undefined);
  const name = parts.length > 0 ? parts.join("\n") : `${hostname()}\n${platform()}\n${arch()}`;
  return createHash("sha256").update(`isotherm spool\n${name}`).digest("hex").slice(0, 32);
}

/** Names this boot of the machine; where the system does not tell, this start of the process. */
export function readMachineBootId(): string {
  return firstText(["/proc/sys/kernel/random/boot_id"]) ?? randomId();
}

function firstText(paths: readonly string[]): string | undefined {
  for (const path of paths) {
    try {
      const text = readFileSync(path, "utf8").replaceAll("\0", "").trim();
      if (text !== "") return text;
    } catch {
      // Not there, or not for this user: the next one may be.
    }
  }
  return undefined;
}
