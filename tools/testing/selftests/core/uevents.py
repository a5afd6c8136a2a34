# SPDX-License-Identifier: GPL-2.0
"""Have the simulation do something and wait for the uevent that it sends.

usage: uevents.py LINE VARIABLE=VALUE
"""

import socket
import sys
import time

NETLINK_KOBJECT_UEVENT = 15
SECONDS = 3


def main():
    line, wanted = sys.argv[1:]
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                       NETLINK_KOBJECT_UEVENT) as sock:
        sock.bind((0, 1))
        sock.settimeout(0.2)
        with open("/sys/kernel/debug/vigil_sim/do", "w",
                  encoding="utf-8") as sim:
            sim.write(line)
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            try:
                fields = sock.recv(1 << 16).decode().split("\0")
            except TimeoutError:
                continue
            if "SUBSYSTEM=vigil" in fields and "ACTION=change" in fields:
                print(fields)
                return wanted not in fields or not any(
                    f.startswith("VIGIL_SEQ=") for f in fields)
    return 1


if __name__ == "__main__":
    sys.exit(main())
