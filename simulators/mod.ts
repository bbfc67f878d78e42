// The door of the simulators: a virtual world for tests, benches and the demo. Everything it makes is simulated.

export { thermalBox } from "./src/physics/thermal-box.ts";
export type { BoxState, ThermalBox, ThermalBoxOptions } from "./src/physics/thermal-box.ts";
export { distanceM, route } from "./src/physics/route.ts";
export type { Route, RouteOptions, RoutePosition, Waypoint } from "./src/physics/route.ts";
export { CONTROLLER_PROBES, coldRoomRegisters, sht20Registers, tableRegisters } from "./src/devices/register-models.ts";
export type { ControllerProbe, ProbedModel, RegisterModel, RegisterTable } from "./src/devices/register-models.ts";
export { modbusRtuLine } from "./src/devices/modbus-rtu-line.ts";
export type { ModbusRtuLine, ModbusRtuLineOptions } from "./src/devices/modbus-rtu-line.ts";
export { modbusTcpServer } from "./src/devices/modbus-tcp-server.ts";
export type { ModbusTcpServer, ModbusTcpServerOptions } from "./src/devices/modbus-tcp-server.ts";
export { nmeaTcpServer } from "./src/devices/nmea-tcp-server.ts";
export type { NmeaTcpServer, NmeaTcpServerOptions } from "./src/devices/nmea-tcp-server.ts";
export { nmeaRound, nmeaSentence } from "./src/devices/nmea-sentences.ts";
export { FleetLoad } from "./src/load/fleet-load.ts";
export type { FleetLoadOptions, FleetSize } from "./src/load/fleet-load.ts";
export { loadProfile, openLoadStand } from "./src/load/load-stand.ts";
export type { LoadStand, LoadStandOptions, ProcessFigures } from "./src/load/load-stand.ts";
export { serialProxy } from "./src/network/serial-proxy.ts";
export type { SerialProxy, SerialProxyOptions } from "./src/network/serial-proxy.ts";
export { SERIAL_FAULTS } from "./src/network/serial-faults.ts";
export type { FaultTimes, SerialFault } from "./src/network/serial-faults.ts";
export { TCP_FAULTS, modbusTcpProxy } from "./src/network/modbus-tcp-proxy.ts";
export type { ModbusTcpProxy, ModbusTcpProxyOptions, TcpFault } from "./src/network/modbus-tcp-proxy.ts";
