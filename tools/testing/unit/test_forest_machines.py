#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""The engine says the same, bit for bit, on x86-64, on arm64, and in Python."""

import os
import shutil
import subprocess
import sys
import tempfile
import traceback

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.abspath(f"{HERE}/../../..")
sys.path.append(f"{TOP}/tools/model")

import vgm  # noqa: E402  pylint: disable=wrong-import-position

MACHINES = {
    "this machine": (["cc"], []),
    "arm64": (["aarch64-linux-gnu-gcc", "-static"], ["qemu-aarch64-static"]),
}
MODELS, ROWS = 24, 200
EXTREMES = np.array([vgm.S32_MIN, vgm.S32_MIN + 1, -1, 0, 1, vgm.S32_MAX - 1, vgm.S32_MAX])


def numbers(rng, size):
    """Small ones, some of any size, and extreme ones."""
    small = rng.integers(-50, 50, size)
    large = rng.integers(vgm.S32_MIN, vgm.S32_MAX + 1, size)
    kind = np.digitize(rng.integers(0, 10, size), (7, 8))
    return np.choose(kind, (small, large, rng.choice(EXTREMES, size)))


def random_tree(rng, depth, nr_features):
    nodes = np.zeros((1 << depth) - 1, vgm.NODE)
    nodes["threshold"] = numbers(rng, len(nodes))
    missing_right = rng.integers(0, 2, len(nodes)) * (nodes["threshold"] != vgm.S32_MIN)
    nodes["feature"] = rng.integers(0, nr_features, len(nodes)) | missing_right << 15
    nodes["value_q12"] = rng.integers(-1 << 15, 1 << 15, len(nodes))
    return vgm.Tree(nodes, numbers(rng, 1 << depth).astype("<i4"))


def random_model(rng, number):
    nr_features = int(rng.choice([1, 2, 7, 99]))
    depths = rng.integers(1, number % vgm.DEPTH_MAX + 2, 1 + number)
    margins = np.unique(rng.integers(-1 << 22, 1 << 22, 2 + number % 30))
    risks = np.sort(rng.integers(0, 1001, len(margins)))
    return vgm.Model(
        name="random", version_text=str(number), subject="test", trained_s=number,
        schema=number, nr_features=nr_features, base_q24=int(numbers(rng, 1)[0]), alarm_q16=0,
        points=[(int(a), int(b)) for a, b in zip(margins, risks)],
        trees=[random_tree(rng, int(depth), nr_features) for depth in depths])


def in_python(model, rows):
    """Lines as forest-eval prints them."""
    for row, margin in zip(rows, vgm.margins_q16(model, rows)):
        bias, moved = vgm.explain(model, row)
        parts = [moved.get(feature, 0) for feature in range(model.nr_features)]
        yield " ".join(map(str, (margin, vgm.permille(model, int(margin)), bias, *parts)))


def build(compiler, directory):
    program = f"{directory}/{compiler[0]}"
    subprocess.run([*compiler, "-O2", "-std=gnu11", "-D_GNU_SOURCE", "-include",
                    "kernel_shim.h", f"-I{HERE}", f"-I{TOP}", "-o", program,
                    f"{HERE}/forest-eval.c", f"{TOP}/drivers/predict/forest.c"], check=True)
    return program


def compare(compiler, emulator):
    rng = np.random.default_rng(5)
    with tempfile.TemporaryDirectory() as directory:
        program = build(compiler, directory)
        for number in range(MODELS):
            model = random_model(rng, number)
            path = f"{directory}/model.vgm"
            with open(path, "wb") as file:
                file.write(vgm.write(model))
            rows = numbers(rng, (ROWS, model.nr_features))
            got = subprocess.run([*emulator, program, path], check=True, stdout=subprocess.PIPE,
                                 input=rows.astype("<i4").tobytes()).stdout.decode().splitlines()
            wanted = list(in_python(model, rows))
            assert len(got) == ROWS and got == wanted, next(
                (number, *pair) for pair in zip(got, wanted) if pair[0] != pair[1])


def main():
    failed = 0
    print(f"1..{len(MACHINES)}")
    for number, (name, (compiler, emulator)) in enumerate(MACHINES.items(), 1):
        missing = [tool for tool in (compiler[0], *emulator) if not shutil.which(tool)]
        if missing:
            print(f"ok {number} {name} # SKIP no {' and no '.join(missing)}")
            continue
        try:
            compare(compiler, emulator)
            print(f"ok {number} {name}")
        except (AssertionError, subprocess.CalledProcessError):
            failed += 1
            print(*(f"# {line}" for line in traceback.format_exc().splitlines()), sep="\n")
            print(f"not ok {number} {name}")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
