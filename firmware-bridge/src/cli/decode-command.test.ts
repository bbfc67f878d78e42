import { seededRandom } from "@isotherm/coldchain";
import { assert, seed, suite } from "../../../checks/kit.ts";
import { fakeTerminal } from "../../test/fake-terminal.ts";
import { runCommandLine } from "./command-line.ts";
import { decodeRtuCapture } from "./rtu-capture.ts";

const test = suite("isotherm-bridge decode");

const NMEA = `# Name: a capture
# $GPRMC,101529.00,A,3113.8000,N,12128.4000,E,19.438,084.5,150626,,,A*70
$GPRMC,101530.00,A,3113.8000,N,12128.4000,W,19.438,084.5,150626,,,A*68
$GPGGA,101530.00,3113.8000,N,12128.4000,W,1,09,0.9,12.5,M,8.0,M,,*4F
$GPRMC,101531.00,V,,,,,,,,,,N*7C
$GPGGA,101532.00,3113.8000,N,12128.4000,W,8,09,0.9,12.5,M,8.0,M,,*`;

function sealed(text: string): string {
  return text.replaceAll(/\$([^*\n]*)\*.*/g, (_line, body: string) => {
    const sum = [...body].reduce((sum, character) => sum ^ character.charCodeAt(0), 0);
    return `$${body}*${sum.toString(16).toUpperCase().padStart(2, "0")}`;
  });
}

async function decode(protocol: string, capture: string | Uint8Array, ...more: string[]) {
  const bytes = typeof capture === "string" ? new TextEncoder().encode(capture) : capture;
  const terminal = fakeTerminal({ capture: bytes });
  const code = await runCommandLine(["decode", "--protocol", protocol, "capture", ...more], terminal);
  return { code, printed: terminal.printed, told: terminal.told };
}

test("prints one object for each instant, with null where the receiver gave nothing", async () => {
  const { code, printed } = await decode("nmea", sealed(NMEA), "--json");
  assert.is(code, 0);
  const epochs = printed.map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.equal(epochs[0], {
    time: "2026-06-15T10:15:30.000Z",
    timeOfDay: "10:15:30.000",
    mode: 3,
    lat: 31.23,
    lon: -(121 + 28.4 / 60),
    alt: 12.5,
    speedMps: (19.438 * 1852) / 3600,
    trackDeg: 84.5,
    satellites: 9,
    quality: "good",
  });
  const nothing = { lat: null, lon: null, alt: null, speedMps: null, trackDeg: null, satellites: null };
  assert.equal(epochs[1], {
    time: null,
    timeOfDay: "10:15:31.000",
    mode: 1,
    ...nothing,
    quality: "sentinel",
    flaw: "no-fix",
  });
  // The last line has no end; what it says is simulated.
  assert.equal([epochs[2]?.["lat"], epochs[2]?.["quality"], epochs[2]?.["flaw"]], [31.23, "sentinel", "simulated"]);
  assert.is(epochs.length, 3);
});

test("dates are mended against a plausible one, which can be set", async () => {
  const capture = sealed(NMEA.replaceAll("150626", "301006"));
  const [mended = ""] = (await decode("nmea", capture, "--json")).printed;
  assert.equal(JSON.parse(mended), {
    ...(JSON.parse(mended) as object),
    time: "2026-06-15T10:15:30.000Z",
    weeksAdded: 1024,
  });
  const [asGiven = ""] = (await decode("nmea", capture, "--json", "--not-before", "2006-01-01")).printed;
  assert.is((JSON.parse(asGiven) as { time: string }).time, "2006-10-30T10:15:30.000Z");
});

test("what is no capture of a receiver is said to be none", async () => {
  const { code, printed, told } = await decode("nmea", "not a sentence");
  assert.equal([code, printed.length], [1, 0]);
  assert.match(told.join("\n"), "baud rate");
});

const REQUEST = "01 04 00 01 00 02 20 0b";
const REPLY = "01 04 04 ff 45 02 8d 1b 40";

function frames(capture: string | Uint8Array) {
  const bytes = typeof capture === "string" ? new TextEncoder().encode(capture) : capture;
  return decodeRtuCapture(bytes).map(({ at, kind, unit, function: fn, address, values }) => [
    at,
    kind,
    unit,
    fn,
    address,
    values,
  ]);
}

test("frames are read from digits of several tools, a line each", () => {
  const expected = (first: number) => [
    [first, "request", 1, 4, 1, null],
    [first + 1, "reply", 1, 4, 1, [65349, 653]],
  ];
  const bracketed = REPLY.split(" ")
    .map((byte) => `<${byte.toUpperCase()}>`)
    .join("");
  assert.equal(frames(`${REQUEST}\n${REPLY}\n`), expected(1));
  assert.equal(frames(`# header\n[01][04][00][01][00][02][20][0B]\n${bracketed}`), expected(2));
  assert.equal(frames(`12:30:01.5 TX: ${REQUEST}\r\n12:30:01.6 RX: ${REPLY.replaceAll(" ", "")}\r\n`), expected(1));
});

test("frames are found in the bytes of a line, between whatever else is there", () => {
  const bytes = Buffer.from(`00${REQUEST}${REPLY}ffff0184${"02c2c1"}`.replaceAll(" ", ""), "hex");
  assert.equal(frames(bytes), [
    [0, "damaged", null, null, null, null],
    [1, "request", 1, 4, 1, null],
    [9, "reply", 1, 4, 1, [65349, 653]],
    [18, "damaged", null, null, null, null],
    [20, "exception", 1, 4, null, null],
  ]);
});

test("a frame with a wrong bit is damaged, never a value", () => {
  for (let bit = 0; bit < 72; bit += 1) {
    const bytes = Uint8Array.from(Buffer.from(REPLY.replaceAll(" ", ""), "hex"));
    bytes[bit >>> 3] = (bytes[bit >>> 3] as number) ^ (1 << (bit & 7));
    assert.ok(
      decodeRtuCapture(bytes).every(({ kind, values }) => kind === "damaged" && values === null),
      `bit ${bit}`,
    );
  }
});

test("no bytes make the frame reader throw, and every byte is accounted for", () => {
  const random = seededRandom(seed());
  const pieces = [
    REQUEST,
    REPLY,
    "01 0f 00 00 00 09 02 ff 01",
    "01 10 00 01 00 01 02 00 2a 66 4e",
    "01 06 00 01 00 03 98 0b",
  ];
  for (let round = 0; round < 3000; round += 1) {
    const text = pieces[Math.floor(random() * pieces.length)] as string;
    const bytes = [0x80, ...Buffer.from(text.replaceAll(" ", ""), "hex")];
    for (let times = random() * 4; times > 1; times -= 1)
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    bytes[0] = 0x80;
    const found = decodeRtuCapture(Uint8Array.from(bytes));
    assert.is(
      found.reduce((sum, { hex }) => sum + hex.split(" ").length, 0),
      bytes.length,
    );
  }
});

test("what is typed wrongly is explained, with 2", async () => {
  const terminal = () => fakeTerminal({});
  const tries: [args: string[], word: string][] = [
    [["decode", "x"], "--protocol nmea"],
    [["decode", "--protocol", "can", "x"], "not can"],
    [["decode", "--protocol", "nmea"], "one file"],
    [["decode", "--protocol", "nmea", "x"], "no such file"],
    [["decode", "--protocol", "nmea", "x", "--not-before", "yesterday"], "2024-01-01"],
    [["decode", "--protocl", "nmea", "x"], "--protocol"],
    [["dekode"], 'no command "dekode"'],
    [["profile", "check"], "FILE"],
    [["read"], "sht20-transmitter"],
    [["read", "sht20-transmitter"], "--port"],
    [["read", "sht20-transmitter", "--port", "x", "--baud", "fast"], '"fast"'],
    [["read", "sht20-transmitter", "--port", "tcp:"], "tcp:192"],
    [["read", "sht21", "--port", "x"], "sht20-transmitter"],
    [["scan", "--units", "0-300"], "1 to 247"],
    [["scan", "--parity", "mark"], "even"],
    [["scan", "/dev/ttyUSB0"], "--port /dev/ttyUSB0"],
  ];
  for (const [args, word] of tries) {
    const one = terminal();
    assert.is(await runCommandLine(args, one), 2, args.join(" "));
    assert.match(one.told.join("\n"), word);
  }
});

test("every command has help that is printed and ends well", async () => {
  for (const args of [
    ["--help"],
    ["scan", "--help"],
    ["read", "-h"],
    ["profile", "check", "--help"],
    ["decode", "--help"],
  ]) {
    const terminal = fakeTerminal({});
    assert.is(await runCommandLine(args, terminal), 0);
    assert.match(terminal.printed.join("\n"), "isotherm-bridge");
    assert.ok(
      terminal.printed
        .join("\n")
        .split("\n")
        .every((line) => line.length <= 125),
    );
  }
});

test.run();
