// file-deadline-s: 240
// A slip of the pen in a profile, over 1,000 assets of 10 channels each: the operators' page shows one alarm for 10,000
// channels, and can be searched, filtered and opened meanwhile.

import { writeFileSync } from "node:fs";
import { connectAsync } from "mqtt";
import { chromium, type Browser, type Page } from "playwright-core";
import { assert, freePort, needs, suite, tempDir, until } from "../../checks/kit.ts";
import { systemClock } from "../src/demo/ports.ts";
import { FleetLoad } from "../src/load/fleet-load.ts";
import { type LoadStand, loadProfile, openLoadStand } from "../src/load/load-stand.ts";
import { realScheduler, secureBytes } from "./stand.ts";

const skip = needs({ commands: ["chromium", "mosquitto"] });
const test = suite("ten thousand channels in a browser", skip === undefined ? {} : { skip });

const GROUP = "fleet";
const TENANT = "tenant";
const HOST = "host-1";
const ASSETS = 1000;
/** Every channel gives a reading within this. */
const ROUND_MS = 10_000;
/** What a person bears from doing something to seeing it done. */
const USABLE_MS = 1000;
/** Where pictures and figures go when somebody wants to look at them. */
const PICTURES = process.env["ISOTHERM_PICTURES"];

async function sayFleet(stand: LoadStand, fleet: FleetLoad): Promise<void> {
  await stand.facts.put("tenant", { tenantId: TENANT, title: "Load" });
  await stand.facts.put("profile", loadProfile("load-2-8", 1, 8));
  await stand.facts.put("person", { personId: "op", tenantId: TENANT, role: "operator", name: "Olga", language: "en" });
  for (const assetId of fleet.assetIds) {
    const standing = [{ profileId: "load-2-8", fromMs: 0 }];
    const title = `Cold box ${assetId.slice(-4)}`;
    await stand.facts.put("asset", { assetId, tenantId: TENANT, kind: "cold-room", title, standing });
  }
}

/** All assets in turn, a few at each tick, for ever; gives how to stop. */
function keepSending(fleet: FleetLoad): () => void {
  const tickMs = 50;
  let next = 0;
  const timer = setInterval(() => {
    for (let i = 0; i < (ASSETS * tickMs) / ROUND_MS; i++) {
      fleet.send(next, (channel) => 4 + channel / 10);
      next = (next + 1) % ASSETS;
    }
  }, tickMs);
  return () => clearInterval(timer);
}

/** How long it takes until the page shows what was asked for. */
async function timed(what: string, act: () => Promise<void>, figures: Record<string, number>): Promise<void> {
  const startMs = performance.now();
  await act();
  figures[what] = Math.round(performance.now() - startMs);
}

async function rows(page: Page): Promise<number> {
  return page.locator("#fleet > li").count();
}

/** What an operator does: searches, opens something, filters, and back. */
async function useList(page: Page, when: string, figures: Record<string, number>): Promise<void> {
  await timed(
    `search ${when}`,
    async () => {
      await page.locator("input[type=search]").fill("box 0042");
      await until(async () => (await rows(page)) === 1, { what: "one row", deadlineMs: 20_000 });
    },
    figures,
  );
  await timed(
    `open ${when}`,
    async () => {
      await page.locator("#fleet > li button").first().click();
      await page.locator("#detail").getByText("Cold box 0042").first().waitFor();
    },
    figures,
  );
  await timed(
    `clear ${when}`,
    async () => {
      await page.locator("input[type=search]").fill("");
      await until(async () => (await rows(page)) === 200, { what: "the first rows", deadlineMs: 20_000 });
    },
    figures,
  );
  const filter = page.locator(".filter").nth(1);
  await timed(
    `filter ${when}`,
    async () => {
      await filter.click();
      await until(async () => (await filter.getAttribute("aria-pressed")) === "true", { what: "the filter" });
    },
    figures,
  );
  await filter.click();
  await timed(
    `scroll ${when}`,
    async () => {
      await page.evaluate(
        `new Promise((done) => {
        const list = document.getElementById("fleet");
        list.lastElementChild.scrollIntoView();
        requestAnimationFrame(() => requestAnimationFrame(done));
      })`,
      );
    },
    figures,
  );
}

/** The longest that the page did nothing else than compute, in milliseconds, since it was last asked. */
const LONGEST_TASK = `(() => { const longest = window.longest ?? 0; window.longest = 0; return longest; })()`;
const WATCH_TASKS = `new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest ?? 0, duration);
}).observe({ type: "longtask", buffered: true })`;

async function openPage(browser: Browser, url: string, size: [number, number]): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: size[0], height: size[1] }, locale: "en-GB" });
  const page = await context.newPage();
  await page.addInitScript(WATCH_TASKS);
  await page.goto(url);
  await until(async () => (await rows(page)) === 200, { what: "the list", deadlineMs: 60_000 });
  return page;
}

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES !== undefined) await page.screenshot({ path: `${PICTURES}/${name}.png` });
}

async function login(stand: LoadStand): Promise<string> {
  return (await stand.facts.makeLogin("op", 3600_000)).url;
}

interface Ground {
  readonly stand: LoadStand;
  readonly fleet: FleetLoad;
  readonly browser: Browser;
  close(): Promise<void>;
}

async function openGround(): Promise<Ground> {
  const ports = { broker: await freePort(), ingest: await freePort(), dashboards: await freePort() };
  const stand = await openLoadStand({
    ...{ folder: await tempDir(), groupId: GROUP, tenantId: TENANT, hostId: HOST, ports, scheduler: realScheduler },
    secureBytes,
  });
  const client = await connectAsync(stand.brokerUrl);
  const fleet = new FleetLoad({
    ...{
      gateways: 100,
      assetsPerGateway: 10,
      channelsPerAsset: 10,
      prefix: "load",
      groupId: GROUP,
      hostId: HOST,
      clock: systemClock,
    },
    maxSilenceMs: 600_000,
    publish: (topic, payload) => void client.publish(topic, Buffer.from(payload)),
  });
  await sayFleet(stand, fleet);
  fleet.bear();
  for (let asset = 0; asset < ASSETS; asset++) fleet.send(asset, () => 4);
  const stop = keepSending(fleet);
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
  });
  const close = async (): Promise<void> => {
    stop();
    await browser.close();
    await client.endAsync(true);
    await stand.close();
  };
  return { stand, fleet, browser, close };
}

async function allInRange(page: Page): Promise<void> {
  const inRange = page.locator(".filter").nth(3);
  await until(async () => (await inRange.getAttribute("aria-label"))?.endsWith(": 1000") === true, {
    what: "all in range",
    deadlineMs: 60_000,
  });
}

/** The profile is mistyped while the page is used. */
async function checkFlood(page: Page, stand: LoadStand, figures: Record<string, number>): Promise<void> {
  const told = (text: string | RegExp, timeout: number) => page.locator(".alarm").getByText(text).waitFor({ timeout });
  await useList(page, "before", figures);
  await page.evaluate(LONGEST_TASK);
  const before = { api: stand.api.cpuS(), ingest: stand.ingest.cpuS() };
  const raise = async (): Promise<void> => {
    await stand.facts.put("profile", loadProfile("load-2-8", 2, -8));
    await told("Profile Load test 2-8", 60_000);
  };
  await timed("alarm on the page", raise, figures);
  await useList(page, "meanwhile", figures);
  await timed("all counted", () => told(/puts 10,000 channels/, 90_000), figures);
  await useList(page, "after", figures);
  figures["longest task on the page"] = Math.round(Number(await page.evaluate(LONGEST_TASK)));
  figures["API server CPU s"] = stand.api.cpuS() - before.api;
  figures["ingest CPU s"] = stand.ingest.cpuS() - before.ingest;
  figures["API server MB"] = Math.round(stand.api.residentMb());
  figures["ingest MB"] = Math.round(stand.ingest.residentMb());
  assert.is(await page.locator(".alarm").count(), 1, "one alarm and no other");
}

async function checkCorrection(page: Page, stand: LoadStand): Promise<void> {
  await stand.facts.put("profile", loadProfile("load-2-8", 3, 8));
  await page
    .locator(".alarm")
    .getByText(/had put 10,000 channels/)
    .waitFor({ timeout: 30_000 });
  await allInRange(page);
  assert.is(await page.locator(".alarm").count(), 1, "nothing else was raised");
}

test(
  "a mistyped profile is one alarm for 10,000 channels, and the page stays usable",
  async () => {
    const { stand, browser, close } = await openGround();
    try {
      const figures: Record<string, number> = {};
      const page = await openPage(browser, await login(stand), [1440, 900]);
      await allInRange(page);
      await checkFlood(page, stand, figures);
      await picture(page, "flood-desk");
      const phone = await openPage(browser, await login(stand), [390, 844]);
      await phone
        .locator(".alarm")
        .getByText(/puts 10,000 channels/)
        .waitFor();
      await picture(phone, "flood-phone");
      await timed("corrected", () => checkCorrection(page, stand), figures);
      if (PICTURES !== undefined) writeFileSync(`${PICTURES}/flood.json`, JSON.stringify(figures, undefined, 1));
      for (const [what, ms] of Object.entries(figures))
        if (/^(search|open|clear|filter|scroll)/.test(what)) assert.ok(ms < USABLE_MS, `${what} took ${ms} ms`);
    } finally {
      await close();
    }
  },
  { deadlineMs: 220_000 },
);

test.run();
