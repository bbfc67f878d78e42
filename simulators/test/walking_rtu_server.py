"""A Modbus RTU slave that is not ours (pymodbus), whose registers walk along a table: each read is answered with the
next row, and what was answered is written down, so that a test can hold every stored reading to what went in.

Usage: walking_rtu_server.py PORT BAUD TABLE.json SERVED.jsonl
TABLE: [[temperature, humidity], ...] as raw registers (0..65535); after the last row it stays there.
Unit 1, function 4, registers 1 and 2. Prints "ready" when it listens.
"""

import asyncio
import json
import sys
import time

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server import StartAsyncSerialServer
from pymodbus.transaction import ModbusRtuFramer


class WalkingBlock(ModbusSequentialDataBlock):
    def __init__(self, table, served):
        super().__init__(0, [0, 0, 0])
        self.table = table
        self.served = served
        self.reads = 0

    def getValues(self, address, count=1):
        row = self.table[min(self.reads, len(self.table) - 1)]
        self.reads += 1
        registers = [0, *row]
        self.served.write(json.dumps({"atMs": time.time() * 1000, "row": row}) + "\n")
        self.served.flush()
        return registers[address : address + count]


async def main(port, baud, table, served):
    block = WalkingBlock(table, served)
    slave = ModbusSlaveContext(ir=block, zero_mode=True)
    context = ModbusServerContext(slaves={1: slave}, single=False)
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
    with open(sys.argv[4], "a", encoding="utf-8") as SERVED:
        asyncio.run(main(sys.argv[1], int(sys.argv[2]), TABLE, SERVED))
