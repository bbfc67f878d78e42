// The command line's way to the API server, which alone writes facts.

import { TraceError } from "./errors.ts";
import type { FactKind } from "./fact-kinds.ts";
import type { WrittenFact } from "./trace-writer.ts";

export interface TraceClient {
  put(kind: FactKind, value: unknown): Promise<WrittenFact>;
  makeLogin(personId: string, lifeMs: number): Promise<{ url: string; expiresAtMs: number }>;
}

const TIMEOUT_MS = 10_000;

/** `url` is where the API server listens; `token` the installer's. Calls throw TraceError TRACE_REQUEST with the reason. */
export function traceClient(url: string, token: string): TraceClient {
  const call = async (method: string, path: string, body: unknown): Promise<unknown> => {
    let response: Response;
    try {
      response = await fetch(new URL(path, url), {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (error) {
      throw new TraceError("TRACE_REQUEST", `No answer from ${url}: is the API server running there?`, {
        cause: error,
      });
    }
    const answer = (await response.json()) as { error?: { code: string; message: string } };
    if (!response.ok)
      throw new TraceError("TRACE_REQUEST", answer.error?.message ?? `${path} answered ${response.status}`);
    return answer;
  };
  return {
    put: (kind, value) => call("PUT", `/api/v1/facts/${kind}`, value) as Promise<WrittenFact>,
    makeLogin: (personId, lifeMs) =>
      call("POST", `/api/v1/people/${encodeURIComponent(personId)}/logins`, { lifeMs }) as Promise<{
        url: string;
        expiresAtMs: number;
      }>,
  };
}
