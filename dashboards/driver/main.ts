// The driver's page: one colour, one number, one sentence, and an alarm that is heard and answered.

import type { AssetView } from "../src/api-shapes.ts";
import { acknowledger, type IntentState } from "../page-parts/acknowledge.ts";
import { api } from "../page-parts/api.ts";
import { CONDITIONS_WORST_FIRST, conditionNow } from "../page-parts/channels.ts";
import { byId, el, keyedRows, setAttribute, setText, show } from "../page-parts/dom.ts";
import { liveState } from "../page-parts/live-state.ts";
import { loginNotice } from "../page-parts/login-notice.ts";
import { pageLanguage } from "../page-parts/page-language.ts";
import { labelText } from "../page-parts/texts.ts";
import { alarmSound } from "./alarm-sound.ts";
import { driverAlarms } from "./driver-words.ts";
import { driverView } from "./driver-view.ts";
import { hourChart } from "./hour-chart.ts";

function start(): void {
  let chosenId: string | undefined;
  let isReady = false;
  const update = (): void => {
    if (isReady) draw();
  };
  const language = pageLanguage(byId("languages"), update);
  const state = liveState(
    {
      changed: update,
      readings: (readings) => chart.take(readings),
      backlog: () => chart.readAgain(),
      reloaded: () => {
        language.suggest(state.known.session?.person.language ?? language.current());
        chart.readAgain();
      },
    },
    { completeness: false },
  );
  const { known, nowMs } = state;
  const chart = hourChart(nowMs);
  const sound = alarmSound(update);
  for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, sound.allow);
  const acknowledging = acknowledger({
    ...{ send: api.acknowledge, storage: localStorage, nowMs, changed: update },
    newId: () => crypto.randomUUID(),
    after: (delayMs, then) => setTimeout(then, delayMs),
  });
  const intentOf = (alarmId: string): IntentState | undefined => acknowledging.stateOf(alarmId);
  const view = driverView({
    known,
    nowMs,
    intentOf,
    sound,
    language: language.current,
    answer: acknowledging.acknowledge,
  });
  const loads = loadChoice(
    () => chosenId,
    (assetId) => {
      chosenId = assetId;
      draw();
    },
  );
  const draw = (): void => {
    if (known.link === "logged-out") {
      isReady = false;
      sound.set(false);
      document.body.replaceChildren(loginNotice());
      return;
    }
    const assets = worstFirst([...known.assets.values()]);
    const asset = assets.find(({ assetId }) => assetId === chosenId) ?? assets[0];
    loads(assets, asset?.assetId, (each) => labelText(each.title, language.current()));
    view(asset);
    chart.update(asset, language.current());
  };
  const worstFirst = (assets: AssetView[]): AssetView[] => {
    const rank = new Map(
      assets.map((asset) => {
        const condition = conditionNow(asset, driverAlarms(known.alarms.values(), asset), nowMs());
        return [asset.assetId, CONDITIONS_WORST_FIRST.indexOf(condition)];
      }),
    );
    return assets.sort((a, b) => (rank.get(a.assetId) ?? 0) - (rank.get(b.assetId) ?? 0));
  };
  isReady = true;
  draw();
}

/** Buttons for drivers with more than one load; without a choice, the load that stands worst is shown. */
function loadChoice(
  chosenId: () => string | undefined,
  choose: (assetId: string) => void,
): (assets: readonly AssetView[], shownId: string | undefined, titleOf: (asset: AssetView) => string) => void {
  let title: (asset: AssetView) => string = ({ assetId }) => assetId;
  let shown: string | undefined = chosenId();
  const sync = keyedRows<AssetView>(
    byId("loads"),
    ({ assetId }) => assetId,
    ({ assetId }) => {
      const node = el("button", { type: "button", onclick: () => choose(assetId) });
      const update = (asset: AssetView): void => {
        setText(node, title(asset));
        setAttribute(node, "aria-pressed", String(asset.assetId === shown));
      };
      return { node, update };
    },
  );
  return (assets, shownId, titleOf) => {
    [title, shown] = [titleOf, shownId];
    show(byId("loads"), assets.length > 1);
    sync([...assets].sort((a, b) => (a.assetId < b.assetId ? -1 : 1)));
  };
}

start();
