// The launcher lives with the checks, where the tests of every room may reach it.
export { type Influxd, startInfluxd } from "../../checks/influxd.ts";
