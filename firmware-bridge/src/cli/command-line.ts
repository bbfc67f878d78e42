// The command `isotherm-bridge`: picks the command, and says what went wrong in words.

import { DeviceProfileError } from "../device/parse-profile.ts";
import { TransportError } from "../transport/transport.ts";
import { DECODE_HELP, decodeCommand } from "./decode-command.ts";
import { PROFILE_HELP, profileCommand } from "./profile-command.ts";
import { READ_HELP, readCommand } from "./read-command.ts";
import { SCAN_HELP, scanCommand } from "./scan-command.ts";
import { UsageError } from "./terminal.ts";
import type { ExitCode, Terminal } from "./terminal.ts";

const HELP = `isotherm-bridge: talk to the devices on a gateway's ports

  isotherm-bridge scan                         which ports, speeds and units answer
  isotherm-bridge read PROFILE --port PORT     a device's values, live
  isotherm-bridge profile check FILE           what is wrong with a device profile
  isotherm-bridge decode --protocol nmea FILE  what a capture says

"isotherm-bridge COMMAND --help" explains each of them. All have --json, for programs.

A new device, step by step:
  1. isotherm-bridge scan                                             find its port, speed and unit
  2. isotherm-bridge read sht20-transmitter --port PORT --unit 1      see its values with a profile that is shipped
  3. no profile fits: copy the nearest one, change it, and "profile check" it until it is sound; then read with it
`;

interface Command {
  readonly help: string;
  readonly run: (args: readonly string[], terminal: Terminal) => Promise<ExitCode>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  scan: { help: SCAN_HELP, run: scanCommand },
  read: { help: READ_HELP, run: readCommand },
  profile: { help: PROFILE_HELP, run: profileCommand },
  decode: { help: DECODE_HELP, run: decodeCommand },
};

/** Never throws for what a user or a device does. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [name = "", ...rest] = args;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  const wantsHelp = args.some((word) => word === "--help" || word === "-h") || name === "help";
  if (command === undefined) {
    const isKnown = wantsHelp || name === "";
    if (!isKnown) terminal.tell(`There is no command "${name}".\n`);
    (wantsHelp ? terminal.print : terminal.tell)(HELP.trimEnd());
    return wantsHelp ? 0 : 2;
  }
  if (wantsHelp) {
    terminal.print(command.help.trimEnd());
    return 0;
  }
  try {
    return await command.run(rest, terminal);
  } catch (error) {
    const words = wordsOf(error);
    if (words === undefined) throw error;
    terminal.tell(words);
    if (error instanceof UsageError) terminal.tell(`"isotherm-bridge ${name} --help" explains.`);
    return 2;
  }
}

function wordsOf(error: unknown): string | undefined {
  if (error instanceof UsageError || error instanceof TransportError || error instanceof DeviceProfileError) {
    return error.message;
  }
  return undefined;
}
