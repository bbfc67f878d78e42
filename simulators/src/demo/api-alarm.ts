// The demonstration's view of the API: an alarm, as far as the terminal tells of it.

export interface AlarmView {
  readonly alarmId: string;
  /** The gateway's id when it is the gateway that is silent. */
  readonly assetId: string;
  readonly assetTitle: { readonly en: string };
  readonly channel: string | null;
  /** `<profile>/<quantity>/<role>/<side>`. */
  readonly ruleId: string;
  readonly side: "high" | "low" | null;
  readonly limit: number | null;
  readonly severity: string;
  readonly raisedAtMs: number;
  readonly foundLate: boolean;
  readonly returnedAtMs: number | null;
  readonly acknowledgedAtMs: number | null;
  readonly acknowledgedBy: { readonly name: string | null } | null;
}

/** A logged-in look at the API: the cookie that a login link gives. Throws when the API server is away. */
export async function openApi(loginUrl: string): Promise<(path: string) => Promise<unknown>> {
  const response = await fetch(loginUrl, { redirect: "manual" });
  const cookie = response.headers.get("set-cookie")?.split(";")[0];
  if (cookie === undefined) throw new Error(`the login link was answered with ${response.status}`);
  return async (path) => {
    const answer = await fetch(new URL(path, loginUrl), { headers: { cookie }, signal: AbortSignal.timeout(3_000) });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
    return (await answer.json()) as unknown;
  };
}
