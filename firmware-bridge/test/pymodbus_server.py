"""A Modbus slave that is not ours: pymodbus on a serial port or on TCP, its registers from a table.

Usage: pymodbus_server.py PORT BAUD TABLE.json        RTU on a serial port
       pymodbus_server.py tcp:NUMBER 0 TABLE.json     TCP on 127.0.0.1
TABLE: {"unit": {"input": {"address": register}, "holding": {...}, "discrete": {"address": 0 or 1}, "coil": {...}}}
A unit's "typed" list, [[address, type, order, value], ...], is put into holding registers by pymodbus' own payload builder.
An input register given as "count" tells its address and how often it was read: address * 4096 + reads % 4096.
Prints "ready" on a line of its own when it listens. Silent for units that are not in the table.
"""

import asyncio
import json
import logging
import sys

from pymodbus.constants import Endian
from pymodbus.datastore import (
    ModbusServerContext,
    ModbusSlaveContext,
    ModbusSparseDataBlock,
)
from pymodbus.payload import BinaryPayloadBuilder
from pymodbus.server import StartAsyncSerialServer, StartAsyncTcpServer
from pymodbus.transaction import ModbusRtuFramer


class CountingBlock(ModbusSparseDataBlock):
    def __init__(self, cells):
        super().__init__({at: 0 if value == "count" else value for at, value in cells.items()})
        self.counting = {at: 0 for at, value in cells.items() if value == "count"}

    def getValues(self, address, count=1):
        for at in range(address, address + count):
            if at in self.counting:
                self.counting[at] += 1
                self.values[at] = (at << 12) + self.counting[at] % 4096
        return super().getValues(address, count)


def block(cells):
    return CountingBlock({int(at): value for at, value in cells.items()} or {65535: 0})


ORDERS = {
    "ABCD": (Endian.Big, Endian.Big),
    "CDAB": (Endian.Big, Endian.Little),
    "BADC": (Endian.Little, Endian.Big),
    "DCBA": (Endian.Little, Endian.Little),
}
ADD = {
    "s16": "add_16bit_int",
    "u16": "add_16bit_uint",
    "s32": "add_32bit_int",
    "u32": "add_32bit_uint",
    "f32": "add_32bit_float",
    "f64": "add_64bit_float",
}


def typed_cells(rows):
    cells = {}
    for address, kind, order, value in rows:
        byteorder, wordorder = ORDERS[order]
        builder = BinaryPayloadBuilder(byteorder=byteorder, wordorder=wordorder)
        getattr(builder, ADD[kind])(value)
        cells.update({address + at: register for at, register in enumerate(builder.to_registers())})
    return cells


def slave(unit):
    return ModbusSlaveContext(
        ir=block(unit.get("input", {})),
        hr=block({**unit.get("holding", {}), **typed_cells(unit.get("typed", []))}),
        di=block(unit.get("discrete", {})),
        co=block(unit.get("coil", {})),
        zero_mode=True,
    )


async def main(port, baud, table):
    slaves = {int(number): slave(unit) for number, unit in table.items()}
    context = ModbusServerContext(slaves=slaves, single=False)
    if port.startswith("tcp:"):
        # Printed before it listens, so whoever waits must try to connect until it does.
        print("ready", flush=True)
        await StartAsyncTcpServer(context=context, address=("127.0.0.1", int(port[4:])), ignore_missing_slaves=True)
        return
    print("ready", flush=True)
    await StartAsyncSerialServer(
        context=context,
        framer=ModbusRtuFramer,
        port=port,
        baudrate=baud,
        timeout=0.02,
        ignore_missing_slaves=True,
        broadcast_enable=True,
    )


if __name__ == "__main__":
    # Connections that a test resets are no news.
    logging.disable(logging.ERROR)
    with open(sys.argv[3], encoding="utf-8") as file:
        TABLE = json.load(file)
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), TABLE))
