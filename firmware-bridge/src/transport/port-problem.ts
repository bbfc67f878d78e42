// Why a serial port did not open, in words that say what to do.

import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { basename, dirname } from "node:path";
import { TransportError } from "./transport.ts";

/** `cause` is what serialport said when it could not open `path`. */
export function portProblem(path: string, cause: Error): TransportError {
  const text = cause.message;
  if (/no such file|ENOENT|file not found/i.test(text)) {
    return new TransportError("PORT_ABSENT", absentWords(path), { cause });
  }
  if (/permission denied|EACCES|access denied/i.test(text)) {
    return new TransportError("PORT_FORBIDDEN", forbiddenWords(path), { cause });
  }
  if (/lock|EBUSY|resource busy/i.test(text)) {
    const holders = holdersOf(path);
    const who = holders.length === 0 ? "another program (sudo fuser -v shows which)" : holders.join(", ");
    return new TransportError("PORT_LOCKED", `${path} is in use by ${who}. Stop that first.`, { cause });
  }
  if (/not a typewriter|ENOTTY|inappropriate ioctl|not a tty|Invalid argument|custom baud/i.test(text)) {
    const words = `${path} cannot be set up as a serial port: it is none, or does not know this baud rate (${text}).`;
    return new TransportError("PORT_FAILED", words, { cause });
  }
  return new TransportError("PORT_FAILED", `Opening ${path} failed: ${text}`, { cause });
}

function absentWords(path: string): string {
  const folder = dirname(path);
  if (!existsSync(folder)) return `There is no port ${path}: not even ${folder} exists. Is any adapter plugged in?`;
  if (!folder.startsWith("/dev")) return `There is no port ${path}.`;
  let others: string[] = [];
  try {
    others = readdirSync(folder).filter((name) => folder !== "/dev" || /^tty(USB|ACM|AMA)\d+$/.test(name));
  } catch {
    // A folder that may not be read leaves the question open.
  }
  const there = others.length === 0 ? "" : ` In ${folder} there are: ${others.slice(0, 8).join(", ")}.`;
  return `There is no port ${path}. Is the adapter plugged in?${there}`;
}

function forbiddenWords(path: string): string {
  const user = userName();
  const group = groupOf(path);
  if (group === undefined || group.name === "root") {
    return `The user ${user} may not open ${path}. Ask the administrator for a udev rule that gives it to a group.`;
  }
  if (process.getgroups?.().includes(group.id) === true) {
    return `The user ${user} is in the group "${group.name}" and still may not open ${path}: its permissions are tighter than usual. A udev rule with MODE="0660" mends that.`;
  }
  return (
    `The user ${user} may not open ${path}, which belongs to the group "${group.name}". ` +
    `Add the user to it (sudo usermod -aG ${group.name} ${user}), then log out and in again.`
  );
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `with the number ${process.getuid?.() ?? "?"}`; // Containers run under numbers that no file names.
  }
}

function groupOf(path: string): { readonly id: number; readonly name: string } | undefined {
  try {
    const { gid } = statSync(path);
    const line = readFileSync("/etc/group", "utf8")
      .split("\n")
      .find((each) => each.split(":")[2] === String(gid));
    return { id: gid, name: line?.split(":")[0] ?? String(gid) };
  } catch {
    return undefined;
  }
}

/** `mbpoll -m rtu /dev/ttyUSB0 (process 812)`, as far as this user may see. */
function holdersOf(path: string): string[] {
  try {
    const device = realpathSync(path);
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && hasOpen(name, device));
    return pids.map((pid) => `${commandOf(pid)} (process ${pid})`);
  } catch {
    return [];
  }
}

const COMMAND_SHOWN = 60;

function commandOf(pid: string): string {
  const [program = "", ...args] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  return [basename(program), ...args].join(" ").trim().slice(0, COMMAND_SHOWN);
}

function hasOpen(pid: string, device: string): boolean {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((fd) => readlinkSync(`${folder}/${fd}`) === device);
  } catch {
    return false; // It ended while we looked, or is another user's.
  }
}
