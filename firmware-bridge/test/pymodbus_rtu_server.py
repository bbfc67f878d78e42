"""A Modbus RTU slave that is not ours: pymodbus on a serial port, its registers from a table.

Usage: pymodbus_rtu_server.py PORT BAUD TABLE.json
TABLE: {"unit": {"input": {"address": register}, "holding": {...}, "discrete": {"address": 0 or 1}}}
Prints "ready" on a line of its own when it listens. Silent for units that are not in the table.
"""

import asyncio
import json
import sys

from pymodbus.datastore import (
    ModbusServerContext,
    ModbusSlaveContext,
    ModbusSparseDataBlock,
)
from pymodbus.server import StartAsyncSerialServer
from pymodbus.transaction import ModbusRtuFramer


def block(cells):
    return ModbusSparseDataBlock({int(at): value for at, value in cells.items()} or {65535: 0})


def slave(unit):
    return ModbusSlaveContext(
        ir=block(unit.get("input", {})),
        hr=block(unit.get("holding", {})),
        di=block(unit.get("discrete", {})),
        co=block(unit.get("coil", {})),
        zero_mode=True,
    )


async def main(port, baud, table):
    slaves = {int(number): slave(unit) for number, unit in table.items()}
    context = ModbusServerContext(slaves=slaves, single=False)
    print("ready", flush=True)
    await StartAsyncSerialServer(
        context=context,
        framer=ModbusRtuFramer,
        port=port,
        baudrate=baud,
        timeout=0.02,
        ignore_missing_slaves=True,
    )


if __name__ == "__main__":
    with open(sys.argv[3], encoding="utf-8") as file:
        TABLE = json.load(file)
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), TABLE))
