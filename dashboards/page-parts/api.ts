// The HTTP API as pages call it.

import type {
  AlarmView,
  AssetView,
  AuditView,
  CompletenessView,
  ErrorView,
  ExcursionView,
  IntentAnswer,
  SeriesView,
  SessionView,
  ShipmentView,
  TrackView,
} from "../src/api-shapes.ts";

/** An answer that is not 2xx, or none at all: then `status` is 0 and `code` is `UNREACHABLE`. */
export class ApiFailure extends Error {
  override readonly name = "ApiFailure";
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.code = code;
  }
}

const TIMEOUT_MS = 20_000;

async function call<T>(path: string, body?: object): Promise<T> {
  let response: Response;
  const post = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body ?? {}) };
  try {
    response = await fetch(path, { ...(body === undefined ? {} : post), signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    throw new ApiFailure(0, "UNREACHABLE", "The server cannot be reached.", { cause: error });
  }
  if (response.ok) return (await response.json()) as T;
  const view = (await response.json().catch(() => undefined)) as Partial<ErrorView> | undefined;
  throw new ApiFailure(response.status, view?.error?.code ?? "UNKNOWN", view?.error?.message ?? response.statusText);
}

function query(values: Readonly<Record<string, string | number | undefined>>): string {
  const pairs = Object.entries(values).filter(([, value]) => value !== undefined);
  return pairs.length === 0
    ? ""
    : `?${new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString()}`;
}

export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

const V1 = "/api/v1";
const part = encodeURIComponent;

export const api = {
  session: () => call<SessionView>(`${V1}/session`),
  assets: () => call<{ assets: AssetView[] }>(`${V1}/assets`),
  shipments: () => call<{ shipments: ShipmentView[] }>(`${V1}/shipments`),
  alarms: (list: { open?: "0" | "1"; asset?: string; limit?: number }) =>
    call<{ alarms: AlarmView[] }>(`${V1}/alarms${query(list)}`),
  alarm: (alarmId: string) => call<{ alarm: AlarmView; audit: AuditView[] }>(`${V1}/alarms/${part(alarmId)}`),
  excursions: (list: { asset?: string; from?: number; limit?: number }) =>
    call<{ excursions: ExcursionView[] }>(`${V1}/excursions${query(list)}`),
  series: (assetId: string, channel: string, { fromMs, toMs }: Window, buckets: number) =>
    call<SeriesView>(
      `${V1}/assets/${part(assetId)}/series${query({ channel, from: Math.round(fromMs), to: Math.round(toMs), buckets })}`,
    ),
  track: (assetId: string) => call<TrackView>(`${V1}/assets/${part(assetId)}/track`),
  completeness: () => call<CompletenessView>(`${V1}/completeness`),
  acknowledge: (alarmId: string, intent: { intentId: string; doneAtMs: number }) =>
    call<IntentAnswer>(`${V1}/alarms/${part(alarmId)}/intents`, { ...intent, kind: "acknowledge" }),
} as const;
