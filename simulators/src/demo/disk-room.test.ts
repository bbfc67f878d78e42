import { assert, suite, tempDir } from "../../../checks/kit.ts";
import { ROOM_BYTES_TO_PLAY, roomBytes, roomWatch } from "./disk-room.ts";

const test = suite("room on the disk");

test("a full disk is told once, with what to do, and so is its end", () => {
  let room = ROOM_BYTES_TO_PLAY;
  const look = roomWatch("/data/demo", () => room);
  assert.is(look(), undefined);
  room = 0;
  assert.match(look() ?? "", /^The disk under \/data\/demo is full\. Free about 100 MB/);
  assert.is(look(), undefined);
  room = ROOM_BYTES_TO_PLAY;
  assert.match(look() ?? "", /room again/);
  assert.is(look(), undefined);
});

test("a folder tells its room in bytes", async () => {
  assert.ok(roomBytes(await tempDir()) > 1_000);
});

test.run();
