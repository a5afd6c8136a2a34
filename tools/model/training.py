# SPDX-License-Identifier: GPL-2.0
"""Train a model on observations, and choose where it raises an alarm.

A platform either tells which bits were wrong or does not, so there are two forests,
one trained on all numbers and one on those without bits. Each tree of one is joined
with one of the other below a root that asks whether bits are known. The result is an
ordinary model of XGBoost.

Threshold and calibration come from margins of modules that a forest has not seen.
"""

import dataclasses
import json
import math

import numpy as np
import xgboost

import convert
import rows
import vgm

GATE = rows.INDEX["error_bit_count_15m"]
FLOAT_MAX = 3.4028234e38
FOLDS = 5
POINTS = 17


@dataclasses.dataclass
class Settings:
    """How to train; the defaults are those of the model in models/smartmem."""

    rounds: int = 75
    depth: int = 4
    eta: float = 0.14
    seed: int = 1
    repeats: int = 3

    def parameters(self):
        return {"objective": "binary:logistic", "tree_method": "hist", "nthread": 1,
                "max_depth": self.depth, "eta": self.eta, "seed": self.seed,
                "gamma": 1.0, "reg_lambda": 10.0, "colsample_bynode": 0.5,
                "num_parallel_tree": 2, "base_score": 0.5}


@dataclasses.dataclass
class Trained:
    """A forest as XGBoost's document, its operating threshold and calibration."""

    document: dict
    alarm: float
    slope: float
    offset: float


def as_floats(numbers):
    return np.where(numbers == vgm.MISSING, np.nan, numbers).astype(np.float32)


def merged(numbers, labels):
    """Rows that are equal as one, with a weight; two of three are, so it saves time."""
    table = np.ascontiguousarray(np.column_stack([numbers, labels]))
    keys = table.view(f"V{table.itemsize * table.shape[1]}").ravel()
    _, first, weights = np.unique(keys, return_index=True, return_counts=True)
    return numbers[first], labels[first], weights


def grow(numbers, labels, columns, settings):
    """A forest that looks at some columns only; XGBoost's document of it."""
    few, few_labels, weights = merged(numbers[:, columns], labels)
    data = xgboost.DMatrix(as_floats(few), few_labels, weight=weights)
    booster = xgboost.train(settings.parameters(), data, settings.rounds)
    document = json.loads(booster.save_raw("json"))
    for tree in trees_of(document):
        tree["split_indices"] = [columns[i] for i in tree["split_indices"]]
    return document


def trees_of(document):
    return document["learner"]["gradient_booster"]["model"]["trees"]


def join(left, right):
    """A tree that is the left one where bits are known, else the right one."""
    nodes = len(left["parents"]), len(right["parents"])
    tree = {key: [root] + left[key] + right[key] for key, root in (
        ("base_weights", 0.0), ("loss_changes", 0.0), ("split_type", 0),
        ("split_indices", GATE), ("split_conditions", FLOAT_MAX), ("default_left", 0))}
    tree["sum_hessian"] = [left["sum_hessian"][0] + right["sum_hessian"][0],
                           *left["sum_hessian"], *right["sum_hessian"]]

    def moved(key, root):
        return [root] + [i + 1 if i >= 0 else i for i in left[key]] + \
            [i + 1 + nodes[0] if i >= 0 else i for i in right[key]]

    tree["left_children"] = moved("left_children", 1)
    tree["right_children"] = moved("right_children", 1 + nodes[0])
    tree["parents"] = moved("parents", left["parents"][0])
    tree["parents"][1] = tree["parents"][1 + nodes[0]] = 0
    for key in ("categories", "categories_nodes", "categories_segments", "categories_sizes"):
        tree[key] = []
    tree["tree_param"] = {**left["tree_param"], "num_nodes": str(1 + sum(nodes)),
                          "num_feature": str(len(rows.NAMES))}
    return {**tree, "id": left["id"]}


def forest(numbers, labels, settings):
    """Both forests in one, as XGBoost's document."""
    usable = [i for i, name in enumerate(rows.NAMES)
              if not name.startswith("log_happen_frequency")]
    without = [i for i in usable if i not in rows.NEEDS_BITS]
    told = (numbers[:, rows.BITS] != vgm.MISSING).any(axis=1)
    document = grow(numbers[told], labels[told], usable, settings)
    other = grow(numbers, labels, without, settings)
    trees_of(document)[:] = map(join, trees_of(document), trees_of(other))
    document["learner"]["learner_model_param"]["num_feature"] = str(len(rows.NAMES))
    document["learner"]["feature_names"] = list(rows.NAMES)
    document["learner"]["feature_types"] = ["float"] * len(rows.NAMES)
    return document


def margins(document, numbers):
    """What XGBoost itself makes of rows."""
    booster = xgboost.Booster({"nthread": 1})
    try:
        booster.load_model(bytearray(json.dumps(document).encode()))
    except xgboost.core.XGBoostError as error:
        raise vgm.BadModel(f"not a model of XGBoost: {str(error).splitlines()[0]}") from error
    data = xgboost.DMatrix(as_floats(numbers), feature_names=booster.feature_names,
                           feature_types=booster.feature_types)
    return booster.predict(data, output_margin=True)


def folds_of(serials, seed):
    """A fold for each row; all rows of a serial number are in the same one."""
    different, group = np.unique(serials, return_inverse=True)
    return np.random.default_rng(seed).permutation(len(different))[group] % FOLDS


def unseen(table, settings, say):
    """Margins of all rows, with bits and without, from forests that saw neither."""
    for repeat in range(settings.repeats):
        fold = folds_of(table.serials, settings.seed + repeat)
        found = np.zeros((2, len(fold)))
        for i in range(FOLDS):
            say(f"repeat {repeat + 1} of {settings.repeats}, fold {i + 1} of {FOLDS}")
            test = fold == i
            document = forest(table.numbers[~test], table.labels[~test], settings)
            for view, numbers in zip(found, views(table.numbers[test])):
                view[test] = margins(document, numbers)
        yield found


def views(numbers):
    return numbers, rows.without_bits(numbers)


def f1(labels, scores, thresholds):
    """F1 at each threshold."""
    every, failed = np.sort(scores), np.sort(scores[labels == 1])
    raised = len(every) - np.searchsorted(every, thresholds)
    right = len(failed) - np.searchsorted(failed, thresholds)
    return 2 * right / (raised + len(failed))


def choose(labels, found):
    """The threshold that is best on average, over repeats, with bits and without."""
    thresholds = np.linspace(np.min(found), np.max(found), 1001)
    total = sum(f1(labels, scores, thresholds) for pair in found for scores in pair)
    # Smoothed: what is best by a row or two is chance.
    total = np.convolve(total, np.ones(21) / 21, "same")
    return float(thresholds[np.argmax(total)])


def settle(threshold, known):
    """The middle of the widest gap between known margins near a threshold."""
    near = np.unique(known[np.abs(known - threshold) < 0.05])
    near = np.concatenate([[threshold - 0.05], near, [threshold + 0.05]])
    widest = np.argmax(np.diff(near))
    return float((near[widest] + near[widest + 1]) / 2)


def platt(labels, scores):
    """(slope, offset) of the logistic curve that fits best, by Newton's method."""
    slope, offset = 1.0, 0.0
    for _ in range(50):
        risk = 1 / (1 + np.exp(-(slope * scores + offset)))
        error, weight = labels - risk, risk * (1 - risk)
        cross = (weight * scores).sum()
        hessian = np.array([[(weight * scores ** 2).sum(), cross], [cross, weight.sum()]])
        step = np.linalg.solve(hessian + 1e-9 * np.eye(2),
                               [(error * scores).sum(), error.sum()])
        slope, offset = slope + step[0], offset + step[1]
        if np.abs(step).max() < 1e-9:
            break
    return float(slope), float(offset)


def train(table, settings, say=lambda what: None):
    """A forest for a table whose windows are nested."""
    if table.serials is None:
        raise rows.BadRows("no column \"serial_number\", which tells modules apart")
    if table.labels.sum() < 2 * FOLDS or len(set(table.serials)) < 2 * FOLDS:
        raise rows.BadRows("too few rows or failures to learn from")
    found = list(unseen(table, settings, say))
    say("all rows")
    document = forest(table.numbers, table.labels, settings)
    known = np.concatenate([margins(document, view) for view in views(table.numbers)])
    slope, offset = platt(np.tile(table.labels, 2 * len(found)), np.concatenate(found).ravel())
    if slope <= 0:
        raise rows.BadRows("nothing can be learnt: risk does not rise with the margin")
    return Trained(document, settle(choose(table.labels, found), known), slope, offset)


def points(slope, offset, low=-8.0, high=4.0):
    """Calibration: (margin_q16, permille) along a logistic curve."""
    return [(convert.q(margin, 16), round(1000 / (1 + math.exp(-(slope * margin + offset)))))
            for margin in np.linspace(low, high, POINTS)]


def model_of(trained, about, schema_names=rows.NAMES):
    """Vigil's model; about has name, version_text, subject, trained_s."""
    base_q24, trees = convert.forest_of(trained.document)
    return vgm.Model(**about, schema=vgm.schema_of(schema_names),
                     nr_features=len(schema_names), base_q24=base_q24,
                     alarm_q16=convert.q(trained.alarm, 16),
                     points=points(trained.slope, trained.offset), trees=trees)
