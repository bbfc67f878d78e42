/** Numbers about the broker itself. All grow only, but for the four that say "now". */
export interface BrokerCounters {
  /** Connections open now, signed in or not. */
  connectionsNow: number;
  /** Clients signed in now. */
  clientsNow: number;
  /** Retained messages held now. */
  retainedNow: number;
  /** Payload bytes of the retained messages held now. */
  retainedBytesNow: number;
  connectionsAccepted: number;
  /** Refused because `clientsMax` connections were open. */
  connectionsRefused: number;
  /** Wrong user name or password. */
  signInsRefused: number;
  /** Client id too long, or in use by another user. */
  clientIdsRefused: number;
  /** Sign-ins refused because their will was not one that their identity may leave. */
  willsRefused: number;
  /** An older connection of the same user and client id was closed for a new one. */
  takeovers: number;
  /** scrypt runs: sign-ins that no cache could answer. */
  passwordsHashed: number;
  /** Sign-ins refused because too many were waiting for scrypt. */
  signInsOverLimit: number;
  /** Messages taken from clients. */
  messagesReceived: number;
  /** Messages handed to subscribers. */
  messagesForwarded: number;
  /** Messages dropped because their publisher had no right to the topic. */
  publishesDenied: number;
  subscribesDenied: number;
  /** Deliveries withheld because the subscriber has no right to the topic. */
  forwardsDenied: number;
  /** Retain flags cleared where the identity may not retain. */
  retainFlagsCleared: number;
  /** Retained messages not kept because `retainedMax` or `retainedBytesMax` was reached. */
  retainedRefused: number;
  /** Clients that asked for a session to outlive the connection; the broker keeps none. */
  sessionsNotKept: number;
  /** Clients cut off because they did not drain within `drainMsMax`. */
  slowClientsCut: number;
  /** Clients cut off because their output passed `outputBytesMax`. */
  fullOutputsCut: number;
  /** Clients cut off for a message over `payloadBytesMax` or an oversized CONNECT. */
  oversizePacketsCut: number;
  /** Connections cut off because they did not sign in within `connectTimeoutMs`. */
  handshakesTimedOut: number;
  /** Clients cut off because their identity was withdrawn or changed. */
  identitiesWithdrawn: number;
  /** Connections that ended by an error of their own: bad packets, resets, keep-alive. */
  connectionErrors: number;
  identitiesReloads: number;
  identitiesReloadsFailed: number;
}

/** All at zero. */
export function newBrokerCounters(): BrokerCounters {
  return {
    connectionsNow: 0,
    clientsNow: 0,
    retainedNow: 0,
    retainedBytesNow: 0,
    connectionsAccepted: 0,
    connectionsRefused: 0,
    signInsRefused: 0,
    clientIdsRefused: 0,
    willsRefused: 0,
    takeovers: 0,
    passwordsHashed: 0,
    signInsOverLimit: 0,
    messagesReceived: 0,
    messagesForwarded: 0,
    publishesDenied: 0,
    subscribesDenied: 0,
    forwardsDenied: 0,
    retainFlagsCleared: 0,
    retainedRefused: 0,
    sessionsNotKept: 0,
    slowClientsCut: 0,
    fullOutputsCut: 0,
    oversizePacketsCut: 0,
    handshakesTimedOut: 0,
    identitiesWithdrawn: 0,
    connectionErrors: 0,
    identitiesReloads: 0,
    identitiesReloadsFailed: 0,
  };
}
