#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Models: what is written decides as XGBoost does, and the one that is shipped is sound.

The field data stand beside the checkout, in ../shared/data/smartmem; without them the
figures in the card of the shipped model are not checked.
"""

import csv
import ctypes
import gzip
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import traceback
import zlib

TOP = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../.."))
TOOL = f"{TOP}/tools/model/vigil-model"
SHIPPED = f"{TOP}/models/smartmem/memory-ue.vgm"
CARD = f"{TOP}/models/smartmem/memory-ue.md"
DATA = os.path.join(TOP, "../shared/data/smartmem/train_features.csv.gz")
SHIPPED_BYTES_MAX = 64 << 10
sys.path.append(f"{TOP}/tools/model")

# pylint: disable=wrong-import-position,import-outside-toplevel
try:
    import numpy as np  # noqa: E402
    import convert  # noqa: E402
    import rows  # noqa: E402
    import vgm  # noqa: E402
except ImportError as missing:
    NO_NUMPY = str(missing)
else:
    NO_NUMPY = None


class Skip(Exception):
    """Why a case can't be run here."""


def need_xgboost():
    try:
        import xgboost
    except ImportError as error:
        raise Skip(str(error)) from error
    return xgboost


def run(*args, good=True):
    done = subprocess.run([sys.executable, "-B", TOOL, *map(str, args)], text=True,
                          capture_output=True, check=False)
    assert (done.returncode == 0) == good, (args, done.returncode, done.stderr)
    assert "Traceback" not in done.stderr, done.stderr
    return json.loads(done.stdout) if "--json" in args else done.stdout + done.stderr


def model_with(trees, base_q24=0, nr_features=3):
    return vgm.Model("test", "1", "memory-ue", 1, vgm.schema_of("abc"), nr_features, base_q24,
                     0, [(-65536, 100), (65536, 900)], trees)


def random_numbers(rng, count):
    """Small, large, negative numbers, and such that float32 can't tell apart; some missing."""
    numbers = rng.integers(-20, 20, (count, 6))
    numbers[:, 1] = rng.integers(-1 << 31, 1 << 31, count)
    numbers[:, 2] = (1 << 24) + rng.integers(0, 16, count)
    numbers[:, 3] = -(1 << 30) + 32 * rng.integers(0, 16, count)
    numbers[:, 4] = vgm.S32_MAX - rng.integers(0, 400, count)
    numbers[rng.random(numbers.shape) < 0.2] = vgm.MISSING
    return numbers


def random_forest(numbers, labels, depth, rounds=40):
    xgboost = need_xgboost()
    data = xgboost.DMatrix(np.where(numbers == vgm.MISSING, np.nan, numbers), labels)
    booster = xgboost.train({"objective": "binary:logistic", "max_depth": depth, "nthread": 1,
                             "tree_method": "exact", "base_score": 0.3}, data, rounds)
    return booster, json.loads(booster.save_raw("json"))


def margins_by_xgboost(booster, numbers):
    data = need_xgboost().DMatrix(np.where(numbers == vgm.MISSING, np.nan, numbers))
    return booster.predict(data, output_margin=True)


def thresholds():
    """An integer goes left in Vigil if and only if float32 of it is below the condition"""
    conditions = [0.5, -0.5, 1, 0, -1, 16777216, 16777217.9, 16777218, -16777216.5, 33554433,
                  1e9, -1e9, 2147483520, 2147483648, 3e38, -2147483648, -3e38, 1e-30, -1e-30]
    rng = np.random.default_rng(1)
    conditions += list(rng.uniform(-2 ** 31, 2 ** 31, 200)) + list(rng.uniform(-99, 99, 200))
    for condition in np.float32(conditions):
        found = convert.threshold_of(condition)
        around = {found + step for step in (-300, -2, -1, 0, 1, 2, 300)} | {0, vgm.S32_MAX}
        for value in around:
            if vgm.S32_MIN < value <= vgm.S32_MAX:
                assert (np.float32(value) < condition) == (value <= found), (condition, value)


def equals_xgboost():
    """Random forests decide as XGBoost's, near each threshold and where numbers are missing"""
    rng = np.random.default_rng(2)
    for depth in (1, 3, 6, 8):
        numbers = random_numbers(rng, 3000)
        labels = (numbers[:, 0] + 5 * rng.standard_normal(3000) > 3).astype(int)
        booster, document = random_forest(numbers, labels, depth)
        base_q24, trees = convert.forest_of(document)
        model = vgm.read(vgm.write(model_with(trees[:20], base_q24, 6)))
        assert len(model.trees) == 20
        whole = model_with(trees, base_q24, 6)
        edges = edges_of(trees, numbers, rng)
        for rows_of in (numbers, edges):
            ours = vgm.margins_q16(whole, rows_of) / 65536
            theirs = margins_by_xgboost(booster, rows_of)
            assert np.abs(ours - theirs).max() < 2 ** -15, np.abs(ours - theirs).max()
            at = np.sort(np.unique(theirs))
            alarm = at[np.argmax(np.diff(at))] + np.diff(at).max() / 2
            assert ((ours >= alarm) == (theirs >= alarm)).all()


def edges_of(trees, numbers, rng):
    """Rows in which one number is at a threshold, just below or just above it."""
    edges = []
    for tree in trees:
        for node in tree.nodes:
            for step in (-1, 0, 1):
                row = numbers[rng.integers(len(numbers))].copy()
                value = int(node["threshold"]) + step
                row[int(node["feature"]) & vgm.FEATURE_MASK] = \
                    min(max(value, vgm.S32_MIN), vgm.S32_MAX)
                edges.append(row)
    return np.array(edges)


def leaf_tree(*values):
    """XGBoost's document of a tree: one leaf, or a root whose right child splits again."""
    if len(values) == 1:
        shape = [-1], [-1], list(values), [1.0]
    else:
        shape = [1, -1, 3, -1, -1], [2, -1, 4, -1, -1], [0.5, values[0], 7.5, *values[1:]], \
            [4.0, 1.0, 3.0, 1.0, 2.0]
    left, right, conditions, cover = shape
    return {"left_children": left, "right_children": right, "split_conditions": conditions,
            "sum_hessian": cover, "split_indices": [2, 0, 1, 0, 0][:len(left)],
            "default_left": [0, 0, 1, 0, 0][:len(left)], "split_type": [0] * len(left)}


def padding():
    """A branch that ends early is padded as the format says; values are weighted means"""
    tree = convert.tree_of(leaf_tree(1.0, 2.0, 5.0))
    assert tree.nodes.tolist() == [(0, 2 | vgm.MISSING_RIGHT, int(3.25 * 4096)),
                                   (vgm.S32_MAX, 2, 4096), (7, 1, 4 * 4096)], tree.nodes
    assert (tree.leaves / (1 << 24)).tolist() == [1, 1, 2, 5]
    lone = convert.tree_of(leaf_tree(-0.25))
    assert lone.nodes.tolist() == [(vgm.S32_MAX, 0, -1024)] and lone.depth == 1
    missing = [[vgm.MISSING, vgm.MISSING, value] for value in (vgm.MISSING, 0, 1)]
    margins = vgm.margins_q16(model_with([tree, lone]), np.array(missing))
    assert (margins / 65536).tolist() == [1.75, 0.75, 1.75], margins


def explanations():
    """Parts of an explanation add up to the sum, and the risk grows with the margin"""
    model = model_with([convert.tree_of(leaf_tree(1.0, 2.0, 5.0))] * 3, base_q24=12345)
    for row in ([0, 0, 0], [0, 8, 1], [0, vgm.MISSING, 1]):
        base, parts = vgm.explain(model, row)
        margin = int(vgm.margins_q16(model, np.array([row]))[0])
        assert (base + sum(parts.values()) + 128) >> 8 == margin, (row, parts)
    risks = [vgm.permille(model, margin) for margin in range(-70000, 70000, 1000)]
    assert risks == sorted(risks) and risks[0] == 100 and risks[-1] == 900
    assert vgm.permille(model, 0) == 500 and vgm.permille(model, -1) == 499


def with_checksum(data):
    data = bytearray(data)
    struct.pack_into("<I", data, vgm.CHECKSUM_AT, 0)
    struct.pack_into("<I", data, vgm.CHECKSUM_AT, zlib.crc32(data))
    return bytes(data)


def refusals():
    """A file that breaks a rule of the format is refused"""
    good = vgm.write(model_with([convert.tree_of(leaf_tree(1.0, 2.0, 5.0))]))
    trees = len(good) - 3 * 8 - 4 * 4
    patches = {0: b"X", 4: b"\2", 6: b"\x7f", 8: b"\0", 24: b"\0\0", 26: b"\2", 28: b"\3",
               29: b"\1", 30: b"\1", 48: b"/", 79: b"x", 80: b"\0", 96: b"\x80", 120: b"\1",
               128: b"\xff\xff\xff\x7f", 132: b"\xff\xff", 144: b"\1", 145: b"\1",
               trees + 4: b"\3"}
    for at, patch in patches.items():
        refuse(with_checksum(good[:at] + patch + good[at + len(patch):]), at)
    for bad in (b"", good[:100], good[:-1], good + b"\0", good[:-1] + b"\1",
                with_checksum(good + bytes(4))):
        refuse(bad, len(bad))
    assert vgm.write(vgm.read(good)) == good


def refuse(data, what):
    try:
        vgm.read(data)
    except vgm.BadModel:
        return
    raise AssertionError(f"taken, though wrong at {what}")


def kernel_library(folder):
    """The kernel's own code for names and ratios."""
    path = f"{folder}/derive.so"
    sources = [f"{TOP}/drivers/memory/{name}.c" for name in ("history", "features", "derive")]
    subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-std=gnu11", "-O1",
                    "-D_GNU_SOURCE", "-fsanitize=undefined", "-fsanitize-undefined-trap-on-error",
                    f"-I{TOP}/tools/testing/unit", "-o", path, *sources],
                   check=True)
    return ctypes.CDLL(path)


def names_in(library, symbol, count):
    return [name.decode() for name in (ctypes.c_char_p * count).in_dll(library, symbol)]


def as_in_kernel():
    """Names and ratios are those of the kernel"""
    with tempfile.TemporaryDirectory() as folder:
        library = kernel_library(folder)
    names = names_in(library, "vigil_feature_names", len(rows.NUMBERS))
    assert names == list(rows.NUMBERS), names
    ratio_names = names_in(library, "vigil_ratio_names", len(rows.RATIOS))
    assert rows.NAMES == (*(f"{name}_{w}" for w in rows.WINDOWS_S for name in names),
                          *ratio_names), ratio_names
    rng = np.random.default_rng(3)
    width = len(rows.COLUMNS)
    numbers = rng.integers(0, 50, (3000, width)) * rng.integers(0, 2, (3000, width))
    numbers[:1000] = rng.integers(0, 1 << 31, (1000, width))
    numbers[rng.random(numbers.shape) < 0.1] = vgm.MISSING
    wanted = rows.ratios_of(numbers)
    found = (ctypes.c_int32 * len(rows.RATIOS))()
    for row, ratios in zip(numbers, wanted):
        library.vigil_derive((ctypes.c_int32 * (width + 1))(*row), found)
        assert list(found) == ratios.tolist(), (list(found), ratios)


def write_rows(path, count, rng):
    """Made-up observations; failures have more entries, and more bits."""
    with gzip.open(path, "wt", newline="") as file:
        table = csv.writer(file)
        table.writerow(["serial_number", "label", *rows.COLUMNS])
        for i in range(count):
            failed = rng.random() < 0.2
            values = np.sort(rng.poisson(8 if failed else 3, 3)) + 1
            row = {"all_ce_log_num": values, "all_ce_count": 3 * values,
                   "error_bit_count": values * (1 + failed)}
            cells = [(row[name][w] if name in row else "") for w in range(3)
                     for name in rows.NUMBERS]
            table.writerow([f"sn_{i // 2}", int(failed), *cells])


def end_to_end():
    """A model trained on made-up rows can be judged, shown and converted again"""
    need_xgboost()
    with tempfile.TemporaryDirectory() as folder:
        features, model = f"{folder}/f.csv.gz", f"{folder}/m.vgm"
        write_rows(features, 600, np.random.default_rng(4))
        run("train", "--features", features, "--out", model, "--rounds", 5, "--repeats", 1,
            "--trained", 1)
        for more in ((), ("--without-bits",), ("--as-is",)):
            result = run("eval", "--model", model, "--features", features, "--json", *more)
            check_result(result)
            assert result["average_precision"] > 0.4, result
        shown = run("show", model, "--json")
        assert shown["trees"] == 10 and shown["schema_known"] and shown["importance"], shown
        again = f"{folder}/again.vgm"
        run("convert", f"{folder}/m.xgb.json.gz", "--out", again, "--name", "again")
        with open(model, "rb") as one, open(again, "rb") as other:
            first, second = vgm.read(one.read()), vgm.read(other.read())
        assert all((a.leaves == b.leaves).all() and (a.nodes == b.nodes).all()
                   for a, b in zip(first.trees, second.trees))


def check_result(result):
    assert set(result) == {"model", "features", "sha256_of_features", "rows", "positives",
                           "without_bits", "average_precision", "own_threshold",
                           "best_threshold", "xgboost"}, sorted(result)
    for key in ("own_threshold", "best_threshold"):
        assert set(result[key]) == {"threshold", "alarms", "true_alarms", "precision",
                                    "recall", "f1"}, result[key]
    assert result["xgboost"]["differing_decisions"] == 0, result["xgboost"]
    assert result["xgboost"]["largest_margin_difference"] < 2 ** -15, result["xgboost"]


def bad_input():
    """Bad files are named in one line"""
    with tempfile.TemporaryDirectory() as folder:
        cases = {"empty.csv": "", "columns.csv": "a,b\n1,2\n",
                 "rows.csv": "label,all_ce_count_6h\n",
                 "text.csv": "label,all_ce_count_6h\n0,1\n1,many\n",
                 "short.csv": "all_ce_count_6h,label\n1\n",
                 "half.csv": "label,all_ce_count_6h\n0,1.5\n",
                 "label.csv": "label,all_ce_count_6h\n2,1\n"}
        for name, text in cases.items():
            with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
                file.write(text)
            said = run("eval", "--model", SHIPPED, "--features", f"{folder}/{name}", good=False)
            assert said.startswith("vigil-model: ") and name in said, said
        # What is not there is missing; so is XGBoost's model.
        few, alone = f"{folder}/few.csv", f"{folder}/alone.vgm"
        with open(few, "w", encoding="utf-8") as file:
            file.write("all_ce_count_6h,label\n3,0\n,1\n")
        shutil.copy(SHIPPED, alone)
        said = run("eval", "--model", alone, "--features", few, "--json")
        assert said["xgboost"] is None and said["rows"] == 2, said
        for command in (("show", f"{folder}/text.csv"), ("show", f"{folder}/none"),
                        ("convert", f"{folder}/text.csv", "--out", f"{folder}/m", "--name", "m")):
            assert len(run(*command, good=False).splitlines()) == 1


def shipped():
    """The shipped model is small, and made for the kernel's numbers"""
    with open(SHIPPED, "rb") as file:
        data = file.read()
    model = vgm.read(data)
    assert len(data) <= SHIPPED_BYTES_MAX, len(data)
    assert model.schema == vgm.schema_of(rows.NAMES) and model.nr_features == len(rows.NAMES)
    used = {int(node["feature"]) & vgm.FEATURE_MASK for tree in model.trees
            for node in tree.nodes}
    assert not any(rows.NAMES[i].startswith("log_happen") for i in used)


def card():
    """Figures in the card of the shipped model are what comes out"""
    need_xgboost()
    if not os.path.exists(DATA):
        raise Skip("no field data beside the checkout")
    with open(CARD, encoding="utf-8") as file:
        text = file.read()
    for more, name in (((), "all numbers"), (("--without-bits",), "without bits")):
        result = run("eval", "--model", SHIPPED, "--features", DATA, "--json", *more)
        check_result(result)
        row = re.search(rf"^\| trained on, {name} \|([^\n]*)", text, re.M)[1]
        own = result["own_threshold"]
        figures = [own["precision"], own["recall"], own["f1"], result["average_precision"]]
        assert [part.strip() for part in row.split("|")[:4]] == \
            [f"{figure:.3f}" for figure in figures], (row, figures)
        assert result["sha256_of_features"] in text


def main():
    cases = (thresholds, equals_xgboost, padding, explanations, refusals, as_in_kernel,
             end_to_end, bad_input, shipped, card)
    failed = 0
    print(f"1..{len(cases)}")
    for index, case in enumerate(cases, 1):
        try:
            if NO_NUMPY:
                raise Skip(NO_NUMPY)
            case()
            print(f"ok {index} {case.__doc__}")
        except Skip as why:
            print(f"ok {index} {case.__doc__} # SKIP {why}")
        except Exception:  # whatever it is, the test has failed
            failed += 1
            print(f"not ok {index} {case.__doc__}")
            print("# " + traceback.format_exc().replace("\n", "\n# "))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
