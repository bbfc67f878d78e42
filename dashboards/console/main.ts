// The operators' page: what needs me now, everything that is monitored, where it is, and how one of them was kept.

import { acknowledger } from "../page-parts/acknowledge.ts";
import { api } from "../page-parts/api.ts";
import { byId } from "../page-parts/dom.ts";
import { liveState } from "../page-parts/live-state.ts";
import { loginNotice } from "../page-parts/login-notice.ts";
import { pageLanguage } from "../page-parts/page-language.ts";
import { CONDITIONS_WORST_FIRST } from "../page-parts/channels.ts";
import { say } from "../page-parts/texts.ts";
import { alarmDialog } from "./alarm-dialog.ts";
import { assetDetail } from "./asset-detail.ts";
import { assetsNow, type AssetNow, type Context } from "./context.ts";
import { fleetList } from "./fleet-list.ts";
import { mapView } from "./map-view.ts";
import { needsPanel } from "./needs.ts";
import { topBar } from "./top-bar.ts";

/** The page is one column below this width: choosing something has to lead to it. */
const ONE_COLUMN = "(max-width: 899px)";

function start(): void {
  let selectedId = new URLSearchParams(location.hash.slice(1)).get("asset") ?? undefined;
  let isReady = false;
  const update = (): void => {
    if (isReady) draw();
  };
  const language = pageLanguage(byId("languages"), update);
  const state = liveState(
    {
      changed: update,
      readings: (readings) => detail.take(readings),
      excursion: (assetId) => detail.readAgain(assetId),
      reloaded: () => {
        language.suggest(state.known.session?.person.language ?? language.current());
        detail.readAgain();
      },
    },
    { completeness: true },
  );
  const { known, nowMs } = state;
  const acknowledging = acknowledger({
    ...{ send: api.acknowledge, storage: localStorage, nowMs, changed: update },
    newId: () => crypto.randomUUID(),
    after: (delayMs, then) => setTimeout(then, delayMs),
  });
  const context: Context = {
    ...{ known, nowMs, language: language.current },
    selectedId: () => selectedId,
    select: (assetId) => {
      selectedId = assetId;
      history.replaceState(null, "", `#${new URLSearchParams({ asset: assetId }).toString()}`);
      draw();
      if (matchMedia(ONE_COLUMN).matches) byId("detail").scrollIntoView({ behavior: "smooth", block: "start" });
    },
    openAlarm: (alarmId) => openDialog(alarmId),
    acknowledge: acknowledging.acknowledge,
    intentOf: acknowledging.stateOf,
  };
  const openDialog = alarmDialog(context);
  const views = { top: topBar(context), needs: needsPanel(context), fleet: fleetList(context), map: mapView(context) };
  const detail = assetDetail(context);
  const draw = (): void => {
    if (known.link === "logged-out") {
      document.body.replaceChildren(loginNotice());
      isReady = false;
      return;
    }
    document.title = titleOf(context);
    const all = assetsNow(context);
    if (selectedId === undefined || !known.assets.has(selectedId)) selectedId = firstToSee(all) ?? selectedId;
    views.top();
    views.needs(all);
    views.fleet(all);
    views.map.update(all);
    detail.update(all.find(({ asset }) => asset.assetId === selectedId));
  };
  isReady = true;
  draw();
}

/** Before anything is chosen, what stands worst is shown. */
function firstToSee(all: readonly AssetNow[]): string | undefined {
  for (const condition of CONDITIONS_WORST_FIRST) {
    const found = all.find((each) => each.condition === condition);
    if (found !== undefined) return found.asset.assetId;
  }
  return undefined;
}

/** The number of alarms that ask stands in the tab, where it is seen from another one. */
function titleOf({ known, language }: Context): string {
  const asking = [...known.alarms.values()].filter(
    ({ state }) => state === "unacknowledged" || state === "returned-unacknowledged",
  ).length;
  return `${asking > 0 ? `(${asking}) ` : ""}${say(language(), "app.console")} · Isotherm`;
}

start();
