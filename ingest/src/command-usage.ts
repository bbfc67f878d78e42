// What is wrong with a command line, in words.

const COMMANDS = "run, status, completeness, quarantine, retention, backup, restore, assess, profile and mapping".split(
  /, | and /,
);

const list = (words: readonly string[]): string => `${words.slice(0, -1).join(", ")} and ${words.at(-1) ?? ""}`;

/** Of the commands that take a configuration alone. */
export function usageText(positionals: readonly string[]): string {
  const [command, ...more] = positionals;
  const see = "See isotherm-ingest --help.\n";
  if (command === undefined) return `Say what to do: the commands are ${list(COMMANDS)}. ${see}`;
  if (!COMMANDS.includes(command))
    return `There is no command "${command}"; the commands are ${list(COMMANDS)}. ${see}`;
  if (more.length > 0) return `${command} takes options only, not "${more.join(" ")}". ${see}`;
  return `${command} needs --config FILE, ingest's configuration. ${see}`;
}

/** What Node says of options, without its advice about arguments that begin with a hyphen. */
export function optionTrouble(message: string, args: readonly string[]): string {
  const [command = ""] = args;
  const of = /^[a-z]+$/.test(command) ? `${command} ` : "";
  return `${message.split(/\. (?:To specify|This command|Did you)/)[0]?.split("\n")[0] ?? message}. See isotherm-ingest ${of}--help.`;
}
