// npm start: the whole of Isotherm at work on this machine, with simulated devices and real everything else.

import { Acts } from "./acts.ts";
import { openApi, type AlarmView } from "./api-alarm.ts";
import { roomBytes, roomWatch } from "./disk-room.ts";
import { alarmNews } from "./news.ts";
import { DEMO_HELP, demoOptions, type DemoOptions } from "./options.ts";
import { freePort, secureBytes, systemClock, systemScheduler } from "./ports.ts";
import { readScenario, type Scenario } from "./scenario.ts";
import { Screen } from "./screen.ts";
import { TallySources } from "./sources.ts";
import { Stage, type Logins } from "./stage.ts";
import { startProblem } from "./start-problems.ts";
import type { Tally } from "./tally.ts";

const SCENARIO = new URL("scenario.yaml", import.meta.url);
const TALLY_MS = 500;
const NEWS_MS = 1_000;
const ROOM_MS = 2_000;

const screen = new Screen({
  isTerminal: process.stdout.isTTY,
  columns: () => (process.stdout.isTTY ? process.stdout.columns : 120),
  write: (text) => process.stdout.write(text),
});
process.stdout.on("resize", () => screen.resized());
const timeOfDay = (): string => new Date().toTimeString().slice(0, 8);
const news = (text: string): void => screen.news(timeOfDay(), text);

/** Runs a task again and again, never overlapping itself, until told to stop. */
function every(ms: number, task: () => Promise<void> | void): () => void {
  let isOver = false;
  const round = async (): Promise<void> => {
    await task();
    if (!isOver) systemScheduler.after(ms, () => void round());
  };
  void round();
  return () => {
    isOver = true;
  };
}

/** What the driver whose page is shown drives. */
function titleOf({ gateways, keys }: Scenario): string {
  return gateways.find(({ gatewayId }) => gatewayId === keys.door.gatewayId)?.asset.title.en ?? keys.door.gatewayId;
}

function welcome(scenario: Scenario, logins: Logins, startedMs: number): void {
  const door = logins.drivers.get(scenario.keys.door.gatewayId);
  const seconds = ((systemClock.monotonicMs() - startedMs) / 1000).toFixed(1);
  screen.say(
    "",
    screen.bold(`Isotherm is running (${seconds} s). Devices are simulated; the rest is the real thing.`),
    "",
    // Short enough for 80 columns: a link that is broken into two lines cannot be clicked everywhere.
    `  Operators  ${logins.operator}`,
    `  Driver     ${door?.url ?? ""}`,
    `             ${screen.dim(`${door?.name ?? ""}, in ${titleOf(scenario)}: for a phone or a narrow window`)}`,
    "",
    `  ${screen.bold("d")} door   ${screen.bold("t")} tunnel   ${screen.bold("p")} broken probe   ${screen.bold("k")} kill ingest   ${screen.bold("q")} quit`,
    "",
  );
}

/** Tells of alarms as the API shows them; silent while ingest or the API is away. */
function followAlarms(operatorUrl: string, { gateways }: Scenario): () => void {
  const startedMs = systemClock.wallMs();
  const titleOf = (gatewayId: string): string =>
    gateways.find((gateway) => gateway.gatewayId === gatewayId)?.asset.title.en ?? gatewayId;
  const known = new Map<string, AlarmView>();
  let get: ((path: string) => Promise<unknown>) | undefined;
  return every(NEWS_MS, async () => {
    try {
      get ??= await openApi(operatorUrl);
      const { alarms } = (await get("/api/v1/alarms?limit=100")) as { alarms: AlarmView[] };
      // What an earlier start has told of already is no news.
      for (const alarm of alarms)
        if (alarm.raisedAtMs < startedMs && !known.has(alarm.alarmId)) known.set(alarm.alarmId, alarm);
      for (const line of alarmNews(known, alarms, titleOf)) news(line);
      for (const alarm of alarms) known.set(alarm.alarmId, alarm);
    } catch {
      // Away for a moment, as after `k`: the next look tells what happened meanwhile.
    }
  });
}

class Demo {
  readonly #scenario: Scenario;
  readonly #stage: Stage;
  readonly #acts: Acts;
  #isIngestDown = false;
  #isEnding = false;
  /** Most records that have waited on gateways since ingest was killed; 0 when that is over. */
  #waitedMost = 0;

  constructor(scenario: Scenario, stage: Stage) {
    this.#scenario = scenario;
    this.#stage = stage;
    this.#acts = new Acts({ scheduler: systemScheduler, target: (gatewayId) => stage.target(gatewayId), news });
  }

  /** Starts the gateways and makes the logins; what has started is ended again when that fails. */
  async open(): Promise<Logins> {
    try {
      const logins = await this.#stage.makeLogins(this.#scenario);
      await this.#stage.startAgents();
      return logins;
    } catch (error) {
      this.#isEnding = true;
      await this.#stage.close();
      throw error;
    }
  }

  /** Plays what the scenario has planned. */
  play(): void {
    for (const { afterS, act, gatewayId, forS } of this.#scenario.acts)
      systemScheduler.after(afterS * 1000, () => {
        if (!this.#isEnding) this.#acts.play(act, gatewayId, forS);
      });
  }

  key(key: string): void {
    const { door, tunnel, probe } = this.#scenario.keys;
    if (key === "q" || key === "\u0003") void this.end(0);
    else if (key === "d") this.#acts.play("door", door.gatewayId, door.forS);
    else if (key === "t") this.#acts.play("tunnel", tunnel.gatewayId, tunnel.forS);
    else if (key === "p") this.#acts.play("probe", probe.gatewayId, probe.forS);
    else if (key === "k") void this.#killIngest();
  }

  /** Looks at every tally: what waited while ingest was dead is told once it has drained. */
  watch({ onGateways, lost }: Tally): void {
    if (this.#isIngestDown || this.#waitedMost > 0) this.#waitedMost = Math.max(this.#waitedMost, onGateways);
    if (this.#isIngestDown || this.#waitedMost === 0 || onGateways > this.#stage.gatewayCount) return;
    news(`Drained: ${this.#waitedMost} records had waited on the gateways; lost ${lost}`);
    this.#waitedMost = 0;
  }

  suffix(): string {
    return this.#isIngestDown ? "(ingest is dead)" : "";
  }

  get isEnding(): boolean {
    return this.#isEnding;
  }

  async end(code: number): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#acts.close();
    screen.end();
    screen.say(`Ending. What was recorded stays in ${this.#stage.folder}; the next start goes on from there.`);
    await this.#stage.close();
    process.exit(code);
  }

  async #killIngest(): Promise<void> {
    if (this.#isIngestDown) return;
    const { ingest } = this.#stage.installation;
    this.#isIngestDown = true;
    const { downS } = this.#scenario.keys.kill;
    ingest.kill();
    news(`SIGKILL to ingest; it is started again in ${downS} s. Watch "on gateways" swell, then drain.`);
    await new Promise<void>((resolve) => systemScheduler.after(downS * 1000, resolve));
    if (this.#isEnding) return;
    await ingest.start();
    this.#isIngestDown = false;
    news("ingest is back");
  }
}

async function run(options: DemoOptions): Promise<void> {
  const startedMs = systemClock.monotonicMs();
  const scenario = readScenario(options.scenario ?? SCENARIO);
  screen.say(
    screen.dim(
      `Starting a broker, ingest, the pages and ${scenario.gateways.length} gateways; this takes some seconds.`,
    ),
  );
  const running: { demo?: Demo } = {};
  const stage = await Stage.setUp({
    scenario,
    folder: options.folder,
    isFresh: options.isFresh,
    dashboardsPort: options.port,
    clock: systemClock,
    scheduler: systemScheduler,
    secureBytes,
    freePort,
    progress: (text) => screen.say(screen.dim(text)),
    onUnexpectedEnd: (name, lastLines) => {
      if (running.demo?.isEnding === true) return;
      screen.end();
      const sentence = startProblem(new Error(lastLines.join(" ")), options.folder, options.port);
      screen.say(
        `${name} ended by itself:`,
        ...(sentence === undefined ? lastLines : [sentence]).map((line) => `  ${line}`),
      );
      void running.demo?.end(1);
    },
  });
  const demo = new Demo(scenario, stage);
  running.demo = demo;
  process.once("SIGTERM", () => void demo.end(0));
  process.on("SIGINT", () => void demo.end(0));
  process.once("SIGHUP", () => void demo.end(0));
  const logins = await demo.open();
  welcome(scenario, logins, startedMs);
  if (process.stdin.isTTY) {
    process.stdin.setRawMode(true);
    process.stdin.resume();
    process.stdin.on("data", (bytes: Buffer) => demo.key(bytes.toString()));
  }
  const { paths } = stage.installation;
  const sources = new TallySources(
    paths.store("state.sqlite"),
    scenario.gateways.map(({ gatewayId }) => paths.spool(gatewayId)),
  );
  every(TALLY_MS, () => {
    if (demo.isEnding) return;
    const tally = sources.read();
    screen.tally(tally, demo.suffix());
    demo.watch(tally);
  });
  followAlarms(logins.operator, scenario);
  const room = roomWatch(stage.folder, () => roomBytes(stage.folder));
  every(ROOM_MS, () => {
    const told = room();
    if (told !== undefined && !demo.isEnding) news(told);
  });
  demo.play();
  if (options.endAfterS !== undefined) systemScheduler.after(options.endAfterS * 1000, () => void demo.end(0));
}

function main(): void {
  let options: DemoOptions;
  try {
    options = demoOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${DEMO_HELP}`);
    process.exit(2);
  }
  if (options.isHelp) {
    console.log(DEMO_HELP);
    return;
  }
  run(options).catch((error: unknown) => {
    screen.end();
    const sentence = startProblem(error, options.folder, options.port);
    console.error(sentence ?? error);
    process.exit(1);
  });
}

main();
