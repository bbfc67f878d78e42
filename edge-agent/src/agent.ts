// A gateway's agent, put together: devices → records → spool → uplink. Time, chance and devices come from outside.

import type { Cancel, Clock, Random, Scheduler } from "@isotherm/coldchain";
import type { AgentLog } from "./agent-log.ts";
import type { AnchorOptions } from "./anchors.ts";
import type { AgentConfig } from "./config-schema.ts";
import { declarationsOf } from "./declarations.ts";
import { startDraft } from "./gateway-stream.ts";
import { openSpool, type OpenedSpool } from "./open-spool.ts";
import { RecordIntake, type IntakeCounters } from "./record-intake.ts";
import { roundsOf, Sampler, type DeviceSource, type SamplingCounters } from "./sampling.ts";
import type { SpoolNotice } from "./spool-file.ts";
import type { SpoolCounters } from "./spool-counters.ts";
import type { Spool } from "./spool.ts";
import { Uplink, type SessionCounters } from "./uplink.ts";
import type { UplinkCounters } from "./uplink-send.ts";

export interface AgentDeps {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly log: AgentLog;
  readonly devices: DeviceSource;
  /** Lets the devices' lines go. */
  readonly closeDevices: () => Promise<void>;
  readonly password: string;
  /** Tells this machine from its clones. */
  readonly machineId: string;
  /** Names the boot whose monotonic clock `clock` reads. */
  readonly machineBootId: string;
  /** 32 random hex digits, never the same twice. */
  readonly newEpoch: () => string;
}

export interface AgentCounters {
  readonly spool: SpoolCounters;
  readonly intake: IntakeCounters;
  readonly sampling: SamplingCounters;
  readonly session: SessionCounters;
  readonly uplink: UplinkCounters;
}

export interface Agent {
  readonly counters: AgentCounters;
  /** True while the host is there and knows what we send. */
  readonly isUp: boolean;
  /** Stops sampling, says goodbye, marks the stop as clean and closes; within two seconds or so. */
  stop(): Promise<void>;
}

/** What was accepted goes to disk this often, and with it the sign of life. */
const FLUSH_EVERY_MS = 1000;
/** Without anything accepted the sign of life alone; records are one, too. */
const ALIVE_EVERY_MS = 10_000;

export function anchorOptionsOf({ clock }: AgentConfig): AnchorOptions {
  return {
    plausibleFromMs: Date.parse(clock.plausibleFrom),
    plausibleUntilMs: Date.parse(clock.plausibleUntil),
    errorMs: clock.errorMs,
  };
}

/** Starts an agent. Throws SpoolError when its spool cannot be opened. */
export function startAgent(config: AgentConfig, deps: AgentDeps): Agent {
  const opened = openSpool({
    ...config.spool,
    gatewayId: config.gatewayId,
    machineId: deps.machineId,
    newEpoch: deps.newEpoch,
    wallMs: deps.clock.wallMs(),
  });
  return new RunningAgent(config, deps, opened);
}

class RunningAgent implements Agent {
  readonly counters: AgentCounters;
  readonly #deps: AgentDeps;
  readonly #spool: Spool;
  readonly #intake: RecordIntake;
  readonly #uplink: Uplink;
  readonly #samplers: readonly Sampler[];
  #cancelFlush: Cancel = () => undefined;
  #flushedAtMs = -Infinity;
  #stopping: Promise<void> | undefined;

  constructor(config: AgentConfig, deps: AgentDeps, { spool, start, notices }: OpenedSpool) {
    this.#deps = deps;
    this.#spool = spool;
    const changed = spool.declare(declarationsOf(config));
    for (const notice of [...notices, ...(changed === undefined ? [] : [changed])]) this.#say(notice);
    this.#uplink = new Uplink({ ...deps, config, spool, onEpoch: () => this.#intake.renew() });
    this.#intake = new RecordIntake({
      ...deps,
      spool,
      anchors: anchorOptionsOf(config),
      onTaken: (taken) => this.#uplink.taken(taken),
      onFull: (isFull, error) => this.#sayFull(isFull, error),
    });
    const sampling: SamplingCounters = { roundsSampled: 0, devicesLate: 0 };
    this.#samplers = roundsOf(config, deps.devices).map((round) => {
      const { clock, scheduler } = deps;
      const instant = (): ReturnType<RecordIntake["instant"]> => this.#intake.instant();
      return new Sampler({
        round,
        clock,
        scheduler,
        instant,
        take: (one) => this.#intake.take([one]),
        counters: sampling,
      });
    });
    this.counters = {
      spool: spool.counters,
      intake: this.#intake.counters,
      sampling,
      session: this.#uplink.counters,
      uplink: this.#uplink.core.counters,
    };
    this.#intake.take([startDraft(this.#intake.instant(), start)]);
    deps.log.info({ gatewayId: config.gatewayId, epoch: spool.epoch, after: start.after }, "The agent has started.");
    for (const sampler of this.#samplers) sampler.start();
    this.#uplink.start();
    this.#flushAgain();
  }

  get isUp(): boolean {
    return this.#uplink.isUp;
  }

  async stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    await this.#stopping;
  }

  async #stop(): Promise<void> {
    const { clock, closeDevices, log } = this.#deps;
    for (const sampler of this.#samplers) sampler.stop();
    this.#cancelFlush();
    await this.#uplink.stop();
    this.#intake.retry();
    this.#spool.close(clock.wallMs(), { isClean: true });
    await closeDevices();
    log.info({}, "The agent has stopped.");
  }

  #flushAgain(): void {
    const { clock, scheduler } = this.#deps;
    this.#cancelFlush = scheduler.after(FLUSH_EVERY_MS, () => {
      this.#intake.retry();
      this.#intake.instant();
      const isAliveDue = clock.monotonicMs() - this.#flushedAtMs >= ALIVE_EVERY_MS;
      if (isAliveDue || this.#spool.hasNews) {
        this.#spool.flush(clock.wallMs());
        this.#flushedAtMs = clock.monotonicMs();
      }
      this.#flushAgain();
    });
  }

  #say(notice: SpoolNotice): void {
    const { event, reason, path } = notice;
    if (event === "set-aside")
      this.#deps.log.error({ event, reason, path }, "The spool was set aside untouched and a new one begun.");
    else this.#deps.log.warn({ event, reason }, "Numbering begins anew under a new epoch; nothing is dropped.");
  }

  #sayFull(isFull: boolean, error: Error | undefined): void {
    if (isFull)
      this.#deps.log.error(
        { code: "SPOOL_FULL", reason: error?.message },
        "Records wait in memory for room in the spool.",
      );
    else this.#deps.log.info({}, "The spool takes records again.");
  }
}
