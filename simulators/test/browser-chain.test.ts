// file-deadline-s: 240
// The demonstration as a person sees it: started as a process, looked at in Chromium. The operators' page shows position
// and temperature, the driver's page the alert; acknowledging in one is seen in the other; the alarm returns.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { parse, stringify } from "yaml";
import { assert, freePort, needs, suite, tempDir, until } from "../../checks/kit.ts";

const skip = needs({ commands: ["chromium"] });
const test = suite("the demonstration in a browser", skip === undefined ? {} : { skip });

const ENTRY = fileURLToPath(new URL("../src/demo/main.ts", import.meta.url));
const SCENARIO = new URL("../src/demo/scenario.yaml", import.meta.url);

interface Demo {
  readonly process: ChildProcess;
  readonly operatorUrl: string;
  readonly driverUrl: string;
  readonly lines: string[];
}

interface Alarm {
  readonly alarmId: string;
  readonly assetId: string;
  readonly state: string;
  readonly foundLate: boolean;
  readonly acknowledgedAtMs: number | null;
  readonly returnedAtMs: number | null;
}

/** The shipped scenario with its door act sooner, and a load that warms and cools faster. */
function quickScenario(folder: string): string {
  const scenario = parse(readFileSync(SCENARIO, "utf8")) as {
    acts: object[];
    history: { hours: number };
    gateways: { gatewayId: string; box: Record<string, number> }[];
  };
  scenario.history.hours = 12;
  scenario.acts = [{ afterS: 12, act: "door", gatewayId: "gw-truck-2", forS: 40 }];
  for (const { gatewayId, box } of scenario.gateways) if (gatewayId === "gw-truck-2") box["loadKg"] = 9;
  const path = join(folder, "scenario.yaml");
  writeFileSync(path, stringify(scenario));
  return path;
}

async function startDemo(folder: string): Promise<Demo> {
  const port = await freePort();
  const args = ["--fresh", "--data", join(folder, "demo"), "--port", String(port), "--scenario", quickScenario(folder)];
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ENTRY, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on("line", (line) => lines.push(line));
  const urls = (): string[] => lines.flatMap((line) => /http:\S+login\S+/.exec(line) ?? []);
  await until(() => urls().length >= 2 || child.exitCode !== null, { what: "the two logins", deadlineMs: 60_000 });
  assert.is(child.exitCode, null, lines.join("\n"));
  const [operatorUrl = "", driverUrl = ""] = urls();
  return { process: child, operatorUrl, driverUrl, lines };
}

async function openPage(browser: Browser, url: string, size: [number, number], errors: string[]): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: size[0], height: size[1] }, locale: "en-GB" });
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(`${page.url()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => errors.push(`${page.url()}: ${error.message}`));
  await page.goto(url);
  return page;
}

async function alarms(page: Page): Promise<Alarm[]> {
  const text = await page.evaluate(async () => (await fetch("/api/v1/alarms?limit=200")).text());
  return (JSON.parse(text) as { alarms: Alarm[] }).alarms;
}

interface Pages {
  readonly operator: Page;
  readonly driver: Page;
  readonly errors: string[];
}

/** The alarms that the door's act raises, by the API. */
async function doorAlarms(operator: Page): Promise<Alarm[]> {
  return (await alarms(operator)).filter(({ assetId, foundLate }) => assetId === "truck-2" && !foundLate);
}

async function checkFleet(operator: Page, demo: Demo): Promise<void> {
  await operator
    .getByText(/Truck 2/)
    .first()
    .waitFor();
  await operator
    .getByText(/[0-9]\.[0-9]\s*°C/)
    .first()
    .waitFor();
  await until(async () => (await operator.locator(".leaflet-marker-icon").count()) >= 4, {
    what: "four markers on the map",
    deadlineMs: 20_000,
  });
  // The night's excursion, whose readings came late, is found.
  await until(
    async () => (await alarms(operator)).some(({ assetId, foundLate }) => assetId === "truck-3" && foundLate),
    {
      what: "the alarm found late",
      deadlineMs: 60_000,
    },
  ).catch((error: unknown) => explain(error, operator, demo));
}

/** Adds what the API, the page and the terminal said to what went wrong. */
async function explain(error: unknown, page: Page, demo: Demo): Promise<never> {
  const told = [JSON.stringify(await alarms(page)), await page.locator("body").innerText(), ...demo.lines.slice(-12)];
  throw new Error(told.join("\n"), { cause: error });
}

async function checkAlert({ operator, driver }: Pages, demo: Demo): Promise<void> {
  const button = driver.locator("#acknowledge");
  await until(() => button.isVisible(), { what: "the driver's alert", deadlineMs: 90_000 }).catch((error: unknown) =>
    explain(error, driver, demo),
  );
  assert.is((await doorAlarms(operator)).length, 1);
  await button.click();
  await until(async () => (await doorAlarms(operator))[0]?.acknowledgedAtMs !== null, {
    what: "the acknowledgement",
    deadlineMs: 10_000,
  });
  await operator.getByText(/刘芳/).first().waitFor({ timeout: 10_000 });
}

/** The door closes, the load cools, the alarm returns; there was one all along. */
async function checkReturn(operator: Page): Promise<void> {
  await until(async () => (await doorAlarms(operator))[0]?.returnedAtMs !== null, {
    what: "the return",
    deadlineMs: 120_000,
  });
  const [alarm, ...others] = await doorAlarms(operator);
  assert.is(alarm?.state, "normal");
  assert.equal(others, []);
}

async function endDemo(demo: Demo): Promise<void> {
  demo.process.kill("SIGTERM");
  if (demo.process.exitCode === null) await once(demo.process, "close");
}

test(
  "the door's alarm is raised, shown to the driver, acknowledged there, seen by the operator, and returns",
  async () => {
    const demo = await startDemo(await tempDir());
    const browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
    });
    try {
      const errors: string[] = [];
      const operator = await openPage(browser, demo.operatorUrl, [1440, 900], errors);
      const driver = await openPage(browser, demo.driverUrl, [390, 844], errors);
      assert.equal(await doorAlarms(operator), [], "no alarm before the act");
      await checkFleet(operator, demo);
      await checkAlert({ operator, driver, errors }, demo);
      await checkReturn(operator);
      assert.equal(errors, []);
    } finally {
      await browser.close();
      await endDemo(demo);
    }
    assert.is(demo.process.exitCode, 0, demo.lines.slice(-5).join("\n"));
    const tallies = demo.lines.filter((line) => line.startsWith("taken "));
    assert.ok(tallies.length > 0);
    for (const line of tallies) assert.match(line, /lost 0/);
  },
  { deadlineMs: 220_000 },
);

test.run();
