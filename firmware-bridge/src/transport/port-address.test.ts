import { assert, suite } from "../../../checks/kit.ts";
import { findByFingerprint, fingerprintOf } from "./port-address.ts";
import type { PortDescription } from "./port-list.ts";
import { TransportError } from "./transport.ts";

const test = suite("port addresses");

const FTDI = { vendorId: "0403", productId: "6001" };
const PORTS: readonly PortDescription[] = [
  { path: "/dev/ttyS0" },
  { path: "/dev/ttyUSB1", ...FTDI, serialNumber: "A9X1" },
  { path: "/dev/ttyUSB0", ...FTDI, serialNumber: "B7:2" },
  { path: "/dev/ttyACM0", vendorId: "1546", productId: "01a7" },
];

function codeOf(address: string): [code: string, message: string] {
  try {
    return ["found", findByFingerprint(address, PORTS)];
  } catch (error) {
    assert.instance(error, TransportError);
    return [(error as TransportError).code, (error as TransportError).message];
  }
}

test("an adapter is found by vendor and product, and by its serial number where there are several", () => {
  assert.equal(codeOf("usb:1546:01A7"), ["found", "/dev/ttyACM0"]);
  assert.equal(codeOf("usb:0403:6001:A9X1"), ["found", "/dev/ttyUSB1"]);
  assert.equal(codeOf("usb:0403:6001:B7:2"), ["found", "/dev/ttyUSB0"]);
});

test("every fingerprint that is shown finds its adapter", () => {
  assert.is(fingerprintOf({ path: "/dev/ttyS0" }), undefined);
  for (const port of PORTS.slice(1)) assert.equal(codeOf(fingerprintOf(port) ?? ""), ["found", port.path]);
});

test("two that cannot be told apart are refused with both of them, not guessed", () => {
  const [code, message] = codeOf("usb:0403:6001");
  assert.is(code, "PORT_AMBIGUOUS");
  for (const part of ["A9X1", "B7:2", "by-path"]) assert.match(message, part);
});

test("one that is not there, or cannot be one, is explained by those that are", () => {
  const [code, message] = codeOf("usb:067b:2303");
  assert.equal([code, message.includes("usb:0403:6001:A9X1")], ["PORT_ABSENT", true]);
  for (const address of ["usb:", "usb:0403", "usb:xyzw:6001"]) assert.match(codeOf(address)[1], "usb:0403:6001");
});

test.run();
