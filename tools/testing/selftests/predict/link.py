#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, arithmetic that does not depend on the kernel
"""Another subject, links that go down: trained on made-up data, asked in the kernel."""

import atexit
import json
import os
import subprocess
import sys

import numpy as np

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [os.path.join(HERE, "../core")]

import corelib  # noqa: E402  pylint: disable=wrong-import-position

sys.path[:0] = [os.path.join(corelib.TOP, "tools/model")]

try:
    import xgboost
except ImportError:
    corelib.skip_all("needs python3-xgboost")

import convert  # noqa: E402  pylint: disable=wrong-import-position
import vgm  # noqa: E402  pylint: disable=wrong-import-position

CTL = os.path.join(corelib.TOP, "build/tools/vigilctl")
SIM = os.path.join(corelib.MODULES, "../tools/testing/sim/vigil_sim_link.ko")
ASK = f"{corelib.DEBUGFS}/vigil_sim_link/ask"
SUBJECT = "link-down"
NAMES = ("aer_correctable_1m", "aer_correctable_1h", "aer_correctable_24h",
         "replay_timeouts_1h", "lanes_lost")
FILE = "/tmp/link-down.vgm"
TREES, ASKED = 12, 150


def made_up(rng, count):
    """Storms of correctable errors; those with time-outs or lost lanes end badly."""
    storm = rng.geometric(0.02, count) - 1
    rows = np.column_stack([
        rng.binomial(storm, 0.1), storm, storm + rng.geometric(0.05, count),
        rng.poisson(storm / 40), rng.choice([0, 0, 0, 4, 8], count)])
    odds = rows[:, 3] + rows[:, 4] / 2 + rows[:, 0] / 8 - 5
    labels = rng.random(count) < 1 / (1 + np.exp(-odds))
    rows[rng.random(rows.shape) < 0.1] = vgm.MISSING
    return rows, labels


def train():
    """A forest, the file of it, and rows that it has not seen."""
    rng = np.random.default_rng(11)
    rows, labels = made_up(rng, 4000)
    data = xgboost.DMatrix(np.where(rows == vgm.MISSING, np.nan, rows), labels)
    booster = xgboost.train({"objective": "binary:logistic", "max_depth": 3, "eta": 0.3,
                             "base_score": 0.5, "nthread": 1}, data, TREES)
    document = json.loads(booster.save_raw("json"))
    base_q24, trees = convert.forest_of(document)
    points = [(round(margin * 65536), round(1000 / (1 + np.exp(-margin))))
              for margin in np.linspace(-6, 6, 25)]
    model = vgm.Model(
        name="link", version_text="1", subject=SUBJECT, trained_s=1700000000,
        schema=vgm.schema_of(NAMES), nr_features=len(NAMES), base_q24=base_q24,
        alarm_q16=0, points=points, trees=trees)
    with open(FILE, "wb") as file:
        file.write(vgm.write(model))
    return booster, model, made_up(rng, ASKED)[0]


def ask(row):
    """(margin, permille, alarm, {name: contribution})"""
    corelib.write(ASK, " ".join("-" if number == vgm.MISSING else str(number)
                                for number in row))
    first, *rest = corelib.read(ASK).splitlines()
    margin, permille, alarm = map(int, first.split()[:3])
    return margin, permille, alarm, {line.split()[0]: int(line.split()[1]) for line in rest}


def ctl(*words):
    done = subprocess.run([CTL, "-j", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done
    return json.loads(done.stdout)


def known():
    """The subject is there, with numbers of its own and no model."""
    subjects = {one["subject"]: one for one in ctl("model", "show")["models"]}
    assert subjects[SUBJECT]["origin"] == "none"
    assert subjects[SUBJECT]["features"] == len(NAMES)
    assert subjects[SUBJECT]["schema"] == vgm.schema_of(NAMES)


def same():
    """What the kernel says of each row is what Python says, and what XGBoost decides."""
    booster, model, rows = train()
    assert ctl("model", "load", FILE)["model"]["trees"] == TREES
    margins = vgm.margins_q16(model, rows)
    floats = np.where(rows == vgm.MISSING, np.nan, rows)
    theirs = booster.predict(xgboost.DMatrix(floats), output_margin=True)
    alarms = 0
    for row, wanted, their in zip(rows, margins, theirs):
        margin, permille, alarm, moved = ask(row)
        assert margin == wanted and abs(margin / 65536 - their) < 1e-4
        assert permille == vgm.permille(model, margin)
        assert alarm == (their >= 0)
        _, parts = vgm.explain(model, row)
        assert moved == {name: parts.get(i, 0) for i, name in enumerate(NAMES)}
        alarms += alarm
    assert 0 < alarms < len(rows)
    assert ctl("model", "show", SUBJECT)["model"]["evaluations"] == len(rows)


def others():
    """A model of other numbers is refused, and the subject goes with its module."""
    model = vgm.read(open(FILE, "rb").read())
    model.schema += 1
    with open(FILE, "wb") as file:
        file.write(vgm.write(model))
    done = subprocess.run([CTL, "model", "load", FILE], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 2 and "other features" in done.stderr, done
    corelib.unload("vigil_sim_link")
    assert not os.path.exists(f"/sys/class/vigil_model/{SUBJECT}")


def prepare():
    if os.geteuid():
        corelib.skip_all("needs root")
    if not os.path.exists(SIM):
        corelib.skip_all("no vigil_sim_link.ko")
    for name, path in (("vigil", "core/vigil.ko"), ("vigil_predict", "predict/vigil_predict.ko")):
        if not corelib.loaded(name):
            corelib.run("insmod", os.path.join(corelib.MODULES, path))
            atexit.register(corelib.unload, name)
    corelib.run("insmod", SIM)
    atexit.register(corelib.unload, "vigil_sim_link")
    if not os.path.isdir(os.path.dirname(ASK)):
        corelib.run("mount", "-t", "debugfs", "none", corelib.DEBUGFS)


corelib.main([known, same, others], prepare)
