import { assert, suite } from "../../checks/kit.ts";
import { HostWatch, parseHostState } from "./host-state.ts";

const test = suite("host-state");
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("reads what Sparkplug says, and nothing else", () => {
  assert.equal(parseHostState(bytes('{"online":true,"timestamp":0}')), { isOnline: true, timestampMs: 0 });
  for (const text of ["", "ONLINE", "null", "[]", '{"online":1,"timestamp":2}', '{"online":true}'])
    assert.is(parseHostState(bytes(text)), undefined);
});

test("older news is ignored, a death of the same birth counts, and a newer birth is a host that began anew", () => {
  const watch = new HostWatch();
  const take = (isOnline: boolean, timestampMs: number): string => watch.take({ isOnline, timestampMs });
  assert.equal(
    [take(false, 5), take(true, 4), take(true, 5), take(true, 5), take(true, 9), take(false, 8), take(false, 9)],
    ["none", "none", "online", "none", "renewed", "none", "offline"],
  );
  watch.forget();
  assert.is(take(true, 1), "online");
});

test.run();
