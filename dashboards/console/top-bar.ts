// The bar at the top: whose data, how fresh, and the two figures of completeness.

import { byId, el, setAttribute, setText, show } from "../page-parts/dom.ts";
import { formatCount, formatDuration, formatShare, formatTime } from "../page-parts/format.ts";
import { dataFromMs, newestSampledAtMs } from "../page-parts/live-state.ts";
import { labelText, say, type TextCode } from "../page-parts/texts.ts";
import type { Context } from "./context.ts";

function figure(host: HTMLElement): (texts: { title: string; value: string; note: string; why: string }) => void {
  const title = el("span", { class: "figure-title" });
  const value = el("span", { class: "figure-value number" });
  const note = el("span", { class: "figure-note number" });
  host.append(title, value, note);
  return (texts) => {
    setText(title, texts.title);
    setText(value, texts.value);
    setText(note, texts.note);
    setAttribute(host, "title", texts.why);
  };
}

export function topBar(context: Context): () => void {
  const delivery = figure(byId("delivery"));
  const monitoring = figure(byId("monitoring"));
  return () => {
    const { known, language } = context;
    const spoken = language();
    setText(byId("tenant"), known.session === undefined ? "" : labelText(known.session.tenant.title, spoken));
    show(byId("simulated"), known.session?.simulated === true);
    setAttribute(byId("simulated"), "title", say(spoken, "app.simulatedWhy"));
    showLink(context);
    delivery({ title: say(spoken, "delivery.title"), why: say(spoken, "delivery.why"), ...deliveryTexts(context) });
    monitoring({
      title: say(spoken, "monitoring.title"),
      why: say(spoken, "monitoring.why"),
      ...monitoringTexts(context),
    });
  };
}

function showLink({ known, nowMs, language }: Context): void {
  const spoken = language();
  const node = byId("link");
  const freshAtMs = dataFromMs(known);
  const time = freshAtMs === undefined ? "–" : formatTime(freshAtMs, nowMs(), spoken, "seconds");
  const isLinked = known.link === "live";
  const isGood = isLinked && known.failure === undefined && known.isIngestHeard;
  const away: TextCode = known.failure === undefined ? "link.ingestAway" : "link.storeAway";
  const unlinked: TextCode = known.link === "reconnecting" ? "link.reconnecting" : "link.connecting";
  const text = isGood ? liveText({ known, nowMs, language }) : say(spoken, isLinked ? away : unlinked, { time });
  setAttribute(node, "data-state", isLinked && !isGood ? "reconnecting" : known.link);
  setText(node, text);
}

/** A link can be up while nothing comes through it: the age of the newest reading stands beside the word. */
function liveText({ known, nowMs, language }: Pick<Context, "known" | "nowMs" | "language">): string {
  const spoken = language();
  const newestMs = newestSampledAtMs(known.assets.values());
  if (newestMs === undefined) return say(spoken, "link.live");
  return say(spoken, "link.liveLast", { age: formatDuration(nowMs() - newestMs, spoken) });
}

function deliveryTexts({ known, nowMs, language }: Context): { value: string; note: string } {
  if (known.completeness === undefined) return { value: "…", note: "" };
  const spoken = language();
  const { accepted, issued, outstanding, gone, quarantined } = known.completeness.delivery;
  const freshAtMs = dataFromMs(known);
  const isNow = known.link === "live" && known.isIngestHeard && known.failure === undefined;
  const outstandingText =
    outstanding > 0
      ? say(spoken, "delivery.outstanding", { outstanding: formatCount(outstanding) })
      : say(spoken, "delivery.none");
  // What gateways have taken since cannot be known here: "nothing outstanding" would be a guess.
  const time = freshAtMs === undefined ? "–" : formatTime(freshAtMs, nowMs(), spoken, "seconds");
  const notes = [
    isNow ? outstandingText : say(spoken, "delivery.asOf", { time }),
    ...(gone > 0 ? [say(spoken, "delivery.gone", { gone: formatCount(gone) })] : []),
    ...(quarantined > 0 ? [say(spoken, "delivery.quarantined", { quarantined: formatCount(quarantined) })] : []),
  ];
  const value = say(spoken, "delivery.all", { accepted: formatCount(accepted), issued: formatCount(issued) });
  return { value, note: notes.join(" · ") };
}

/** What the one time rule cannot have covered yet: the newest reading of each channel weighs nothing until the next. */
const NOT_YET_MS = 60_000;

function monitoringTexts({ known, language }: Context): { value: string; note: string } {
  if (known.completeness === undefined) return { value: "…", note: "" };
  const spoken = language();
  let promisedMs = 0;
  let coveredMs = 0;
  for (const row of known.completeness.monitoring) {
    promisedMs += row.promisedMs;
    coveredMs += row.coveredMs;
  }
  if (promisedMs === 0) return { value: "–", note: say(spoken, "monitoring.none") };
  const missingMs = promisedMs - coveredMs;
  const count = known.completeness.monitoring.length;
  const isComplete = missingMs <= NOT_YET_MS * count;
  return {
    value: say(spoken, "monitoring.share", { share: formatShare(coveredMs, promisedMs) }),
    note: isComplete
      ? say(spoken, "monitoring.complete")
      : say(spoken, count > 1 ? "monitoring.missingSum" : "monitoring.missing", {
          missing: formatDuration(missingMs, spoken),
          count,
        }),
  };
}
