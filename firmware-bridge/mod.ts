// The door of firmware-bridge: bytes to records, and the devices that speak them.

export { tcpTransport } from "./src/transport/tcp-transport.ts";
export type { TcpTransportOptions } from "./src/transport/tcp-transport.ts";
export { serialTransport } from "./src/transport/serial-transport.ts";
export type { SerialTransportOptions } from "./src/transport/serial-transport.ts";
export type { PortDescription } from "./src/transport/port-list.ts";
export { TransportError } from "./src/transport/transport.ts";
export type { Transport, TransportErrorCode } from "./src/transport/transport.ts";

export { crc16 } from "./src/modbus/crc16.ts";
export { modbusMaster } from "./src/modbus/modbus-master.ts";
export type { ModbusMaster, ModbusMasterOptions } from "./src/modbus/master-contract.ts";
export type { MasterCounters } from "./src/modbus/master-tally.ts";
export type { ReadFunction, ReadRequest } from "./src/modbus/read-request.ts";
export type { WriteFunction, WriteRequest } from "./src/modbus/write-request.ts";
export {
  ModbusClosedError,
  ModbusCrcError,
  ModbusError,
  ModbusExceptionError,
  ModbusLinkDownError,
  ModbusMismatchError,
  ModbusQueueFullError,
  ModbusRequestError,
  ModbusRestingError,
  ModbusTimeoutError,
  ModbusWithheldError,
} from "./src/modbus/modbus-error.ts";
export type { ModbusErrorCode } from "./src/modbus/modbus-error.ts";

export type { ChannelReading, DevicePoll } from "./src/device/device-poll.ts";
export type {
  BitPoint,
  DevicePoint,
  DeviceProfile,
  ModbusProfile,
  PositionProfile,
  RegisterPoint,
} from "./src/device/device-profile.ts";
export {
  DeviceProfileError,
  deviceProfileNames,
  loadDeviceProfile,
  parseDeviceProfile,
} from "./src/device/parse-profile.ts";
export type { ParsedProfile, ProfileProblem } from "./src/device/parse-profile.ts";
export { DeviceConfigError, modbusDevice } from "./src/device/modbus-device.ts";
export type { ModbusDevice, ModbusDeviceOptions } from "./src/device/modbus-device.ts";
export { deviceProfileJsonSchema } from "./src/device/device-profile.ts";
export { busSchedule } from "./src/schedule/bus-schedule.ts";
export type { BusSchedule, BusScheduleOptions, ScheduledDevice } from "./src/schedule/bus-schedule.ts";

export { nmeaDecoder } from "./src/gps/nmea-decoder.ts";
export type { NmeaCounters, NmeaDecoder, NmeaDecoderOptions } from "./src/gps/nmea-decoder.ts";
export type { Fix, FixFlaw } from "./src/gps/fix.ts";
export { gpsdTransport } from "./src/gps/gpsd.ts";
export type { GpsdOptions } from "./src/gps/gpsd.ts";
export { gpsDevice } from "./src/gps/gps-device.ts";
export type { GpsChannels, GpsDevice, GpsDeviceOptions } from "./src/gps/gps-device.ts";
