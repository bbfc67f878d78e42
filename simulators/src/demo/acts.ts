// The acts: what can happen to the demonstration's world. Pages and processes know nothing of them.

import type { Cancel, Scheduler } from "@isotherm/coldchain";
import type { Link } from "../network/link.ts";
import type { Rig } from "./rig.ts";
import type { ScenarioAct } from "./scenario.ts";

export interface ActTarget {
  readonly rig: Rig;
  readonly link: Link;
}

export interface ActsDeps {
  readonly scheduler: Scheduler;
  readonly target: (gatewayId: string) => ActTarget;
  readonly news: (text: string) => void;
}

const WORDS: Record<ScenarioAct, { readonly begin: string; readonly end: string }> = {
  door: { begin: "the door stands open", end: "the door is closed" },
  tunnel: { begin: "drives into a tunnel: link down", end: "is out of the tunnel: link up" },
  probe: { begin: "the load's probe is torn off", end: "the load's probe is mended" },
};

/** Plays acts and ends each after its time; playing one that runs makes it run longer, never twice. */
export class Acts {
  readonly #deps: ActsDeps;
  readonly #running = new Map<string, Cancel>();

  constructor(deps: ActsDeps) {
    this.#deps = deps;
  }

  get isRunning(): boolean {
    return this.#running.size > 0;
  }

  play(act: ScenarioAct, gatewayId: string, forS: number): void {
    const key = `${act} ${gatewayId}`;
    const target = this.#deps.target(gatewayId);
    const title = target.rig.gateway.asset.title.en;
    const cancelBefore = this.#running.get(key);
    cancelBefore?.();
    if (cancelBefore === undefined) {
      apply(act, target, true);
      this.#deps.news(`${title}: ${WORDS[act].begin} (for ${forS} s)`);
    }
    const cancel = this.#deps.scheduler.after(forS * 1000, () => {
      this.#running.delete(key);
      apply(act, target, false);
      this.#deps.news(`${title}: ${WORDS[act].end}`);
    });
    this.#running.set(key, cancel);
  }

  close(): void {
    for (const cancel of this.#running.values()) cancel();
    this.#running.clear();
  }
}

function apply(act: ScenarioAct, { rig, link }: ActTarget, isOn: boolean): void {
  switch (act) {
    case "door":
      rig.box.setDoor(isOn);
      // Whoever loads with the door open has the unit switched off, as the manuals ask.
      rig.box.setCompressorPowered(!isOn);
      return;
    case "tunnel":
      link.set(isOn ? "cut" : "up");
      return;
    case "probe":
      rig.setProbeBroken(isOn);
      return;
  }
}
