import type { Client } from "aedes";

interface Claim {
  readonly user: string;
  readonly client: Client;
  readonly released: Promise<void>;
  readonly release: () => void;
}

/**
 * Which client id belongs to which live connection. aedes lets any newcomer take a client id over; here only the same
 * user may, and the newcomer waits until the old connection is wholly gone (aedes forgets the newcomer otherwise).
 */
export class ClientClaims {
  readonly #claims = new Map<string, Claim>();

  /** Claims the client's id for a user, first closing an older connection of the same user. */
  async claim(client: Client, user: string): Promise<"granted" | "taken-over" | "refused" | "client-gone"> {
    let wasHeld = false;
    for (let held = this.#claims.get(client.id); held !== undefined; held = this.#claims.get(client.id)) {
      if (held.user !== user) return "refused";
      wasHeld = true;
      held.client.close();
      await held.released;
    }
    if (client.closed) return "client-gone";
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    this.#claims.set(client.id, { user, client, released, release });
    return wasHeld ? "taken-over" : "granted";
  }

  /** The connection is gone: its id is free again. Does nothing if the connection holds no claim. */
  release(client: Client): void {
    const held = this.#claims.get(client.id);
    if (held?.client !== client) return;
    this.#claims.delete(client.id);
    held.release();
  }
}
