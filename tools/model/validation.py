# SPDX-License-Identifier: GPL-2.0
"""How good models of this kind are at modules that they have not seen.

Cross-validation by serial number. In each part everything is chosen anew from the
rows outside of it: trees, threshold and calibration, by a second cross-validation
among these. What the file in binary form says is what counts. Beside it stand, on the
same rows: XGBoost as it comes, the best threshold on one number, and thresholds of
daemons in use.
"""

import dataclasses

import numpy as np
import xgboost

import rows
import score
import training
import vgm

ABOUT = {"name": "validation", "version_text": "0", "subject": "memory-ue", "trained_s": 0}
SINGLE = [i for i, name in enumerate(rows.COLUMNS) if "ce_log_num" in name or "ce_count" in name]


def plain(table, train, test):
    """Margins of XGBoost, 100 trees of depth 4, all 99 numbers as they are in the table."""
    columns = range(len(rows.COLUMNS))
    few, labels, weights = training.merged(table.numbers[train][:, columns], table.labels[train])
    settings = {"objective": "binary:logistic", "max_depth": 4, "nthread": 1,
                "tree_method": "hist"}
    booster = xgboost.train(settings, xgboost.DMatrix(training.as_floats(few), labels,
                                                      weight=weights), 100)
    return booster.predict(xgboost.DMatrix(training.as_floats(table.numbers[test][:, columns])),
                           output_margin=True)


def single(numbers, labels):
    """(column, threshold) with the best F1 among all thresholds on one number."""
    tried = ((score.best(labels, numbers[:, i]), i) for i in SINGLE)
    found, column = max(tried, key=lambda pair: pair[0]["f1"])
    return column, found["threshold"]


def rules(numbers):
    """Alarms of daemons' thresholds; pages are not told apart, so these are too many."""
    errors = numbers[:, [rows.INDEX[f"all_ce_count_{w}"] for w in rows.WINDOWS_S]].max(axis=1)
    return {"mcelog_2_errors": errors >= 2, "rasdaemon_50_errors": errors >= 50}


def judge(labels, margins, alarms):
    best = score.best(labels, margins)
    return {**score.at(labels, alarms), "best_f1": best["f1"],
            "average_precision": score.average_precision(labels, margins)}


def cross(raw, table, settings, say):
    """Margins and alarms of all rows, and what stands beside them."""
    fold = training.folds_of(table.serials, settings.seed)
    margins = np.zeros((2, len(fold)))
    alarms = np.zeros((2, len(fold)), bool)
    beside, by_one = np.zeros(len(fold)), np.zeros(len(fold), bool)
    differing = 0
    inner = dataclasses.replace(settings, seed=settings.seed + 1000)
    for i in range(training.FOLDS):
        test = fold == i
        rest = rows.Table(table.numbers[~test], table.labels[~test],
                          np.array(table.serials)[~test], "")
        trained = training.train(rest, inner, lambda what, i=i: say(f"part {i + 1}: {what}"))
        model = vgm.read(vgm.write(training.model_of(trained, ABOUT)))
        for view, numbers in enumerate(training.views(table.numbers[test])):
            found = vgm.margins_q16(model, numbers)
            margins[view, test], alarms[view, test] = found / 65536, found >= model.alarm_q16
            theirs = training.margins(trained.document, numbers) >= model.alarm_q16 / 65536
            differing += int((theirs != alarms[view, test]).sum())
        beside[test] = plain(raw, ~test, test)
        column, threshold = single(rest.numbers, rest.labels)
        by_one[test] = table.numbers[test, column] >= threshold
    return margins, alarms, differing, beside, by_one


def validate(raw, settings, as_is, say=lambda what: None):
    """All figures of one way to cut the table into parts."""
    table = raw if as_is else raw._replace(numbers=rows.nested(raw.numbers))
    odd = (rows.nested(raw.numbers) != raw.numbers).any(axis=1)
    margins, alarms, differing, beside, by_one = cross(raw, table, settings, say)
    labels = raw.labels
    found = {"differing_decisions": differing}
    for view, name in enumerate(("all", "without_bits")):
        found[name] = judge(labels, margins[view], alarms[view])
        for part, which in (("nested_windows", ~odd), ("other_windows", odd)):
            found[f"{name}_{part}"] = judge(labels[which], margins[view, which],
                                            alarms[view, which])
    best = score.best(labels, beside)
    found["plain_xgboost"] = {"best_f1": best["f1"],
                              "average_precision": score.average_precision(labels, beside)}
    found["single_number"] = score.at(labels, by_one)
    for name, raised in rules(raw.numbers).items():
        found[name] = score.at(labels, raised)
    return found


def summary(results):
    """{what: {figure: (mean, standard deviation)}} over several ways to cut."""
    found = {}
    for what, figures in results[0].items():
        if isinstance(figures, dict):
            found[what] = {key: (float(np.mean([r[what][key] for r in results])),
                                 float(np.std([r[what][key] for r in results])))
                           for key in figures}
    return found
