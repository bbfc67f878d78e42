// What can be said on the demonstration's command line.

import { parseArgs } from "node:util";

export interface DemoOptions {
  readonly folder: string;
  readonly port: number;
  readonly isFresh: boolean;
  /** A scenario of one's own; undefined for the one that comes with it. */
  readonly scenario: string | undefined;
  readonly isHelp: boolean;
  /** Ends by itself after so many seconds; for recordings and tests. */
  readonly endAfterS: number | undefined;
}

export const DEMO_HELP = `Isotherm, shown at work: four simulated gateways, a broker, ingest, pages. Everything is simulated, nothing is hidden.

  npm start                      go on from where the last demonstration ended
  npm start -- --fresh           begin anew
  npm start -- --port 8090       where the pages are (default 8080)
  npm start -- --data DIR        where its files lie (default data/demo)
  npm start -- --scenario FILE   a scenario of your own; begin from simulators/src/demo/scenario.yaml
  npm start -- --end-after 180   end by itself after so many seconds

Keys while it runs:  d door   t tunnel   p broken probe   k kill ingest   q quit
`;

/** Throws with a sentence for a person. */
export function demoOptions(args: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      fresh: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
      port: { type: "string", default: "8080" },
      data: { type: "string", default: "data/demo" },
      "end-after": { type: "string" },
      scenario: { type: "string" },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port ${values.port} is not a port (0 to 65535)`);
  const endAfter = values["end-after"];
  const endAfterS = endAfter === undefined ? undefined : Number(endAfter);
  if (endAfterS !== undefined && !(endAfterS > 0))
    throw new Error(`--end-after ${endAfter} is not a number of seconds`);
  return {
    folder: values.data,
    port,
    isFresh: values.fresh,
    isHelp: values.help,
    endAfterS,
    scenario: values.scenario,
  };
}
