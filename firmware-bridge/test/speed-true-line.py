"""A line whose far end understands only one speed, between a pty of its own and another pty.

Usage: speed-true-line.py LINK FAR BAUD. Makes LINK, which speaks to FAR while it is set to BAUD; set to any other
speed, each byte arrives as another, as it does when a receiver samples at the wrong time. Prints "ready".
"""

import os
import pty
import select
import sys
import termios
import tty

link, far, speed = sys.argv[1], sys.argv[2], getattr(termios, "B" + sys.argv[3])
near_end, near = pty.openpty()
tty.setraw(near)
os.symlink(os.ttyname(near), link)
far_end = os.open(far, os.O_RDWR | os.O_NOCTTY)
tty.setraw(far_end)
print("ready", flush=True)
while True:
    for end in select.select([near_end, far_end], [], [])[0]:
        data = os.read(end, 256)
        is_right = termios.tcgetattr(near)[5] == speed
        heard = data if is_right else bytes((byte * 7 + 13) & 0xFF for byte in data[::2])
        os.write(far_end if end == near_end else near_end, heard)
