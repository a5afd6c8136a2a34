#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""The kernel's evaluation of forests is that of tools/model/vgm.py, bit for bit.

On this machine's architecture and, as far as there are tools for it, on arm64.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import traceback

import numpy as np

UNIT = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.normpath(os.path.join(UNIT, "../../.."))
sys.path.append(f"{TOP}/tools/model")

import vgm  # noqa: E402  pylint: disable=wrong-import-position

ROWS = 200
EXPLAINED = 3  # in Python that takes long
EXTREMES = (vgm.S32_MIN, vgm.S32_MIN + 1, -1, 0, 1, vgm.S32_MAX - 1, vgm.S32_MAX)
CROSS = "aarch64-linux-gnu-gcc"
EMULATOR = "qemu-aarch64-static"


def draw(random, shape, small):
    """Integers, of which some are extreme and the others within -small to small."""
    return np.where(random.random(shape) < 0.2, random.choice(EXTREMES, shape),
                    random.integers(-small, small, shape, endpoint=True))


def end_early(random, tree, place):
    """Pad the branch below a node, as tools/model/convert.py does."""
    leaf = random.integers(-1 << 20, 1 << 20)
    feature = int(tree.nodes["feature"][place]) & vgm.FEATURE_MASK
    below = [place]
    while below[0] < len(tree.nodes):
        tree.nodes[below] = vgm.S32_MAX, feature, 0
        below = [2 * i + side for i in below for side in (1, 2)]
    tree.leaves[np.array(below) - len(tree.nodes)] = leaf


def random_tree(random, depth, nr_features, most):
    tree = vgm.Tree(np.zeros((1 << depth) - 1, vgm.NODE), np.zeros(1 << depth, "<i4"))
    shape = tree.nodes.shape
    tree.nodes["threshold"] = draw(random, shape, 50)
    tree.nodes["feature"] = (random.integers(0, nr_features, shape)
                             | random.integers(0, 2, shape) << 15)
    tree.nodes["value_q12"] = random.integers(-1 << 15, 1 << 15, shape)
    tree.leaves[:] = random.integers(-most, most, tree.leaves.shape)
    if random.random() < 0.5:
        end_early(random, tree, random.integers(len(tree.nodes)))
    return tree


def random_model(random, depths, nr_features, nr_points=2, most=1 << 24):
    margins = np.unique(draw(random, 4 * vgm.POINTS_MAX, 1 << 18))
    points = zip(np.sort(random.permutation(margins)[:nr_points]).tolist(),
                 np.sort(random.integers(0, 1001, nr_points)).tolist())
    return vgm.Model("random", "1", "test", 0, 1, nr_features, int(draw(random, (), most)), 0,
                     list(points), [random_tree(random, depth, nr_features, most)
                                    for depth in depths])


def models():
    """Each depth by itself, all together, and each limit of the format."""
    random = np.random.default_rng(1)
    for depth in range(1, vgm.DEPTH_MAX + 1):
        yield random_model(random, [depth] * 5, 1 + depth, 2 + depth)
    for _ in range(20):
        yield random_model(random, random.integers(1, 9, 25).tolist(), 30,
                           int(random.integers(2, vgm.POINTS_MAX + 1)))
    yield random_model(random, [1] * vgm.TREES_MAX, vgm.FEATURES_MAX, vgm.POINTS_MAX)
    yield random_model(random, [2] * 1000, 7, 2, vgm.S32_MAX)


def random_rows(model):
    random = np.random.default_rng(2)
    return draw(random, (ROWS, model.nr_features), 60)


def build(compiler, *options):
    """Return the program for an architecture."""
    out = os.environ.get("O", f"{TOP}/build/unit")
    os.makedirs(out, exist_ok=True)
    program = f"{out}/forest-eval-{os.path.basename(compiler)}"
    subprocess.run([compiler, "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", *options,
                    f"-I{UNIT}", f"-I{TOP}", "-include", "kernel_shim.h", "-o", program,
                    f"{UNIT}/forest-eval.c", f"{TOP}/drivers/predict/forest.c"], check=True)
    return program


def text_of(rows):
    return "".join(",".join("" if value == vgm.MISSING else str(value) for value in row) + "\n"
                   for row in rows.tolist())


def explanation(model, row):
    base, parts = vgm.explain(model, row)
    return " ".join([str(base)] + [f"{feature}:{parts[feature]}" for feature in sorted(parts)])


def check(lines, model, rows):
    margins = vgm.margins_q16(model, rows).tolist()
    assert lines[::2] == [f"{margin} {vgm.permille(model, margin)}" for margin in margins]
    for line, row in zip(lines[1::2], rows[:EXPLAINED]):
        assert line == explanation(model, row)


def compare(*command):
    """Hold what a program says against vgm.py."""
    with tempfile.NamedTemporaryFile() as file:
        for model in models():
            rows = random_rows(model)
            file.seek(0)
            file.truncate()
            file.write(vgm.write(model))
            file.flush()
            got = subprocess.run([*command, file.name], input=text_of(rows), text=True,
                                 capture_output=True, check=True).stdout
            check(got.splitlines(), model, rows)


def test_here():
    compare(build(os.environ.get("CC", "cc")))


def test_arm64():
    if not shutil.which(CROSS) or not shutil.which(EMULATOR):
        return f"no {CROSS} or no {EMULATOR}"
    compare(EMULATOR, build(CROSS, "-static"))
    return None


TESTS = (("the same numbers here", test_here), ("the same numbers on arm64", test_arm64))


def main():
    print(f"1..{len(TESTS)}")
    failed = 0
    for number, (name, test) in enumerate(TESTS, 1):
        skipped = None
        try:
            skipped = test()
            word = "ok"
        except Exception:  # a test that breaks has failed, and the others still run
            failed += 1
            word = "not ok"
            print("".join(f"# {line}\n" for line in traceback.format_exc().splitlines()), end="")
        print(f"{word} {number} {name}{f' # SKIP {skipped}' if skipped else ''}")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
