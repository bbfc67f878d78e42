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
  const ofAddress = (): string | undefined => new URLSearchParams(location.hash.slice(1)).get("asset") ?? undefined;
  let selectedId = ofAddress();
  // Until somebody chooses, what stands worst is shown, also when something gets worse later.
  let isChosen = selectedId !== undefined;
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
      backlog: (assetId) => detail.readAgain(assetId),
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
      [selectedId, isChosen] = [assetId, true];
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
    selectedId = selectionOf(all, selectedId, isChosen);
    views.top();
    views.needs(all);
    views.fleet(all);
    views.map.update(all);
    detail.update(all.find(({ asset }) => asset.assetId === selectedId));
  };
  window.addEventListener("hashchange", () => {
    const assetId = ofAddress();
    if (assetId === undefined) return;
    [selectedId, isChosen] = [assetId, true];
    update();
  });
  isReady = true;
  draw();
}

/** What somebody chose, as long as it is there; else what stands worst, never leaving one for another that is no worse. */
function selectionOf(all: readonly AssetNow[], selectedId: string | undefined, isChosen: boolean): string | undefined {
  const selected = all.find(({ asset }) => asset.assetId === selectedId);
  if (isChosen && selected !== undefined) return selectedId;
  const rank = ({ condition }: AssetNow): number => CONDITIONS_WORST_FIRST.indexOf(condition);
  const worst = all.reduce<AssetNow | undefined>(
    (found, each) => (found === undefined || rank(each) < rank(found) ? each : found),
    selected,
  );
  return worst?.asset.assetId ?? selectedId;
}

/** The number of alarms that ask stands in the tab, where it is seen from another one. */
function titleOf({ known, language }: Context): string {
  const asking = [...known.alarms.values()].filter(
    ({ state }) => state === "unacknowledged" || state === "returned-unacknowledged",
  ).length;
  return `${asking > 0 ? `(${asking}) ` : ""}${say(language(), "app.console")} · Isotherm`;
}

start();
