# SPDX-License-Identifier: GPL-2.0
"""How well margins tell rows that were followed by a failure from the others."""

import numpy as np


def at(labels, alarms):
    """Precision, recall and F1 of alarms."""
    right, raised, failed = int((alarms & (labels == 1)).sum()), int(alarms.sum()), \
        int(labels.sum())
    return {"alarms": raised, "true_alarms": right,
            "precision": right / raised if raised else 0.0,
            "recall": right / failed if failed else 0.0,
            "f1": 2 * right / (raised + failed) if raised + failed else 0.0}


def curve(labels, margins):
    """(thresholds, alarms, true alarms) for each margin as threshold, descending."""
    order = np.argsort(-margins, kind="stable")
    right, sorted_margins = np.cumsum(labels[order]), margins[order]
    last = np.append(sorted_margins[1:] != sorted_margins[:-1], True)
    return sorted_margins[last], (np.arange(len(labels)) + 1)[last], right[last]


def average_precision(labels, margins):
    if not labels.any():
        return 0.0
    _, raised, right = curve(labels, margins)
    return float(np.sum(np.diff(right, prepend=0) * right / raised) / labels.sum())


def best(labels, margins):
    """The threshold with the best F1, and what it gives; known only afterwards."""
    thresholds, raised, right = curve(labels, margins)
    threshold = thresholds[np.argmax(2 * right / (raised + labels.sum()))]
    return {"threshold": float(threshold), **at(labels, margins >= threshold)}
