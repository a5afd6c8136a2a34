#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The table in tools/lib/schema.c is what the spec says today."""

import os
import subprocess
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../..")
NAME = "schema.c is up to date with the spec"


def main():
    print("1..1")
    try:
        import yaml  # noqa: F401 pylint: disable=unused-import,import-outside-toplevel
    except ImportError:
        print(f"ok 1 {NAME} # SKIP python3-yaml is not installed")
        return 0
    wanted = subprocess.run(
        [sys.executable, f"{TOP}/tools/lib/gen-schema.py",
         f"{TOP}/Documentation/netlink/specs/vigil.yaml"],
        stdout=subprocess.PIPE, check=True).stdout
    with open(f"{TOP}/tools/lib/schema.c", "rb") as file:
        good = file.read() == wanted
    if not good:
        print("# regenerate it: make -C tools schema")
    print(f"{'ok' if good else 'not ok'} 1 {NAME}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
