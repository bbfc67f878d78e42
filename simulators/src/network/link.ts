// A network link that can fail: a TCP relay between a gateway and its broker, which a tunnel, a flat modem or a test cuts.

import { createServer, connect, type Server, type Socket } from "node:net";

/** Connections through one link at most; more are refused, and counted. */
const CONNECTIONS_MAX = 64;

/** `cut`: connections break and new ones are refused. `silent`: bytes stop, nobody is told, as with a lost radio. */
export type LinkState = "up" | "cut" | "silent";

export interface LinkTarget {
  readonly host: string;
  readonly port: number;
}

/** One relay on 127.0.0.1; `set` changes its state at once. */
export class Link {
  readonly counters = { accepted: 0, refused: 0, broken: 0, bytes: 0 };
  readonly #server: Server;
  readonly #target: LinkTarget;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #state: LinkState = "up";

  private constructor(target: LinkTarget) {
    this.#target = target;
    this.#server = createServer((near) => this.#accept(near));
  }

  static async listen(target: LinkTarget, port = 0): Promise<Link> {
    const link = new Link(target);
    await new Promise<void>((resolve, reject) => {
      link.#server.once("error", reject);
      link.#server.listen(port, "127.0.0.1", resolve);
    });
    return link;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the link is closed");
    return address.port;
  }

  get state(): LinkState {
    return this.#state;
  }

  set(state: LinkState): void {
    this.#state = state;
    for (const pair of this.#pairs)
      for (const socket of pair) {
        if (state === "cut") socket.destroy();
        else if (state === "silent") socket.pause();
        else socket.resume();
      }
  }

  async close(): Promise<void> {
    this.set("cut");
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(near: Socket): void {
    if (this.#state === "cut" || this.#pairs.size >= CONNECTIONS_MAX) {
      this.counters.refused++;
      near.destroy();
      return;
    }
    this.counters.accepted++;
    const far = connect(this.#target);
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    this.#relay(near, far);
    this.#relay(far, near);
    const end = (): void => {
      if (!this.#pairs.delete(pair)) return;
      this.counters.broken++;
      near.destroy();
      far.destroy();
    };
    for (const socket of pair) {
      socket.on("error", end);
      socket.on("close", end);
    }
    if (this.#state === "silent") for (const socket of pair) socket.pause();
  }

  #relay(from: Socket, to: Socket): void {
    from.setNoDelay(true);
    from.on("data", (bytes: Buffer) => {
      this.counters.bytes += bytes.length;
      // Back-pressure: a slow side must slow the other one down, not fill memory here.
      if (!to.write(bytes)) {
        from.pause();
        to.once("drain", () => {
          if (this.#state === "up") from.resume();
        });
      }
    });
    from.on("end", () => to.end());
  }
}
