import { assert, suite } from "../../../checks/kit.ts";
import { headingUnit, readValueCell, unitOf } from "./value-cell.ts";

const test = suite("values as loggers write them");

const value = (cell: string): number | string => {
  const read = readValueCell(cell);
  return read.kind === "number" ? read.value : read.kind;
};

test("numbers, their signs and their decimal signs", () => {
  assert.equal(["0", "-18.5", "+4", "4,5", "-0,25", "−3.5", "–3", ".5", "5."].map(value), [
    0,
    -18.5,
    4,
    4.5,
    -0.25,
    -3.5,
    -3,
    0.5,
    "unreadable",
  ]);
  const decimal = (cell: string): string => {
    const read = readValueCell(cell);
    return read.kind === "number" ? read.decimal : read.kind;
  };
  assert.equal(["5", "5.1", "5,1", "5,123", "0,123", "5,1234"].map(decimal), [
    "none",
    "point",
    "comma",
    "unclear-comma",
    "comma",
    "comma",
  ]);
});

test("what holds no value is missing or unreadable, never 0", () => {
  assert.equal(["", "---", "N/A", "NaN", "OL", "Error", "无"].map(value), new Array(7).fill("missing"));
  assert.equal(
    ["five", "1.2.3", "1.234,5", "5 apples", "1e3", "5-6", "°C"].map(value),
    new Array(7).fill("unreadable"),
  );
});

test("units beside a number, degree signs in every state", () => {
  const read = (cell: string) => {
    const found = readValueCell(cell);
    return found.kind === "number" ? found.stated : found.kind;
  };
  for (const cell of ["5 °C", "5°C", "5 C", "5 ℃", "5 deg C", "5 º C"])
    assert.equal(read(cell), { unit: "C", isBroken: false }, cell);
  for (const cell of ["5 Â°C", "5 ?C", "5 \ufffdC", "5â„ƒ", "5¡æ", "5癈", "5 \ufffd\ufffdC"])
    assert.equal(read(cell), { unit: "C", isBroken: true }, cell);
  for (const cell of ["41 °F", "41F"]) assert.equal(read(cell), { unit: "F", isBroken: false }, cell);
  assert.equal(read("55 %RH"), { unit: "%", isBroken: false });
});

test("the unit of a heading", () => {
  const read = (heading: string): string | undefined => headingUnit(heading)?.unit;
  assert.equal(
    [
      "Temperature(°C)",
      "Temp, °F (LGR S/N: 10, SEN S/N: 10)",
      "T [C]",
      "温度℃",
      "温度(℃)",
      "wert Â°C",
      "Temp_C",
      "Temperature(\ufffdC)",
      "RH(%)",
      "Celsius(°C)",
    ].map(read),
    ["C", "F", "C", "C", "C", "C", "C", "C", "%", "C"],
  );
  assert.equal(["Temperature", "Channel", "C", "°C or °F", "Probe F2"].map(read), [
    undefined,
    undefined,
    "C",
    undefined,
    undefined,
  ]);
  assert.is(unitOf("K"), undefined);
});

test.run();
