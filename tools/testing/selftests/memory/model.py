#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# vm-args: --append ras=cec_disable
"""A model judges memory modules: loaded, replaced, refused, gone, explained."""

import atexit
import json
import os
import shutil
import socket
import subprocess
import sys
import threading

import numpy as np

import edaclib
import memlib
from edaclib import error, fact, happen
from memlib import corelib, expect, PAGE, V

sys.path[:0] = [os.path.join(corelib.TOP, "tools/model")]

import rows  # noqa: E402  pylint: disable=wrong-import-position
import vgm  # noqa: E402  pylint: disable=wrong-import-position

genl = corelib.genl
CTL = os.path.join(corelib.TOP, "build/tools/vigilctl")
SUBJECT = "memory-ue"
SYSFS = f"/sys/class/vigil_model/{SUBJECT}"
FIRMWARE = "/sys/module/firmware_class/parameters/path"
WORK = "/tmp/vigil-model"
NETLINK_KOBJECT_UEVENT = 15
BLOCKS = None
# Calibration: margins of -4, 0 and 4.
POINTS = [(-4 << 16, 10), (0, 100), (4 << 16, 900)]


def stump(name, cells, alarm_q16=0):
    """A model of one tree: margin 2 with more cells in six hours, else -2."""
    nodes = np.array([(cells - 1, rows.NAMES.index("all_ce_log_num_6h"), 0)],
                     vgm.NODE)
    leaves = np.array([-2 << 24, 2 << 24], "<i4")
    return vgm.write(vgm.Model(
        name=name, version_text="1", subject=SUBJECT, trained_s=1700000000,
        schema=vgm.schema_of(rows.NAMES), nr_features=len(rows.NAMES),
        base_q24=0, alarm_q16=alarm_q16, points=POINTS,
        trees=[vgm.Tree(nodes, leaves)]))


def keep(name, data):
    path = f"{WORK}/{name}"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
    return path


def ctl(*words):
    return subprocess.run([CTL, "-j", *words], capture_output=True, text=True,
                          check=False)


def load(data):
    done = ctl("model", "load", keep("test.vgm", data))
    assert done.returncode == 0, done
    return json.loads(done.stdout)["model"]


def unload():
    ctl("model", "unload", SUBJECT)


def shown(name):
    return corelib.read(f"{SYSFS}/{name}")


def uevents():
    """A socket that hears what udev does."""
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                         NETLINK_KOBJECT_UEVENT)
    sock.bind((0, 1))
    sock.settimeout(memlib.PATIENCE_S)
    return sock


def expect_uevent(sock, text):
    while text not in sock.recv(8192).split(b"\0"):
        pass


def without():
    """Without a model nothing is predicted, and it says why."""
    assert shown("origin") == "none"
    assert "none is installed" in shown("message")
    done = ctl("model", "unload", SUBJECT)
    assert done.returncode == 5 and "no model" in done.stdout, done
    happen(error(1, 8, (0, 0, 0)))
    edaclib.expect_count((0, 0, 0), "corrected_errors", 1)
    assert fact((0, 0, 0), "risk_permille") == "unknown"


def told():
    """A model that is loaded is shown, told to listeners, and judges."""
    sock, udev = corelib.listener(), uevents()
    data = stump("one", 1)
    model = load(data)
    digest = subprocess.run(["sha256sum", f"{WORK}/test.vgm"], check=True,
                            capture_output=True, text=True).stdout.split()[0]
    assert model["hash"] == digest == shown("hash")
    assert model["origin"] == "command" and model["trees"] == 1
    assert model["bytes"] == len(data) and model["alarm-permille"] == 100
    assert [m for m in corelib.notifications(sock)
            if m.cmd == V.VIGIL_CMD_MODEL_NTF
            and m.string(V.VIGIL_A_MODEL_NAME) == "one"]
    expect_uevent(udev, b"VIGIL_MODEL=one")
    expect(lambda: fact((0, 0, 0), "risk_permille") == "500")
    assert int(shown("evaluations")) > 0
    unload()
    expect_uevent(udev, b"VIGIL_MODEL=")
    expect(lambda: fact((0, 0, 0), "risk_permille") == "unknown")


def monitored():
    """vigilctl monitor tells of models, to people and to programs."""
    for options, patterns in (
            (["--pretty"], ["memory-ue: model one 1 judges", "memory-ue: no model"]),
            ([], ['"type":"model-ntf"', '"subject":"memory-ue"'])):
        monitor = subprocess.Popen([CTL, "monitor", "--timeout", "5", *options],
                                   stdout=subprocess.PIPE, text=True)
        monitor.stdout.readline()  # it listens
        load(stump("one", 1))
        unload()
        text = monitor.communicate()[0]
        assert all(pattern in text for pattern in patterns), text


def alarm():
    """At the model's threshold a memory module is failing; then it dwells."""
    place = (0, 0, 1)
    load(stump("three", 3))
    happen(error(1, 8, place, time=1000))
    expect(lambda: fact(place, "risk_permille") == "55")
    assert fact(place, "health") == "healthy"
    happen(error(1, 16, place, time=1001), error(1, 24, place, time=1002))
    expect(lambda: fact(place, "risk_permille") == "500")
    assert fact(place, "health") == "failing"
    assert fact(place, "advice") == "replace"
    assert "a model foresees" in fact(place, "reason")
    happen(error(1, 8, (0, 3, 1), time=30000))
    expect(lambda: fact(place, "risk_permille") == "unknown")
    happen(error(1, 8, (0, 3, 1), time=40000))
    expect(lambda: fact(place, "health") == "healthy")
    unload()


def explained():
    """Which numbers moved it is told for each, and in words."""
    place = (0, 1, 0)
    load(stump("one", 1))
    happen(error(1, 8, place), error(700, 16, place))
    expect(lambda: fact(place, "risk_permille") == "500")
    done = subprocess.run([CTL, "dimm", "explain", edaclib.name(place)],
                          capture_output=True, text=True, check=True)
    assert "+2.00  cells with errors, 6 h: 2 (all_ce_log_num)" in done.stdout, done.stdout
    assert "risk_permille is 500, and 100 suffices" in done.stdout, done.stdout
    component, = json.loads(ctl("dimm", "explain",
                                edaclib.name(place)).stdout)["components"]
    moved = component["explanation"]["contributions"]
    assert [one["contribution"] for one in moved] == [2 << 16]
    unload()


def given(place):
    """What a model is given of a module: one row, in its order."""
    windows = {seconds: window for window, seconds in rows.WINDOWS_S.items()}
    found = {f"{name}_{windows[seconds]}" if seconds else name: value
             for (name, seconds), value in
             edaclib.features(corelib.vigil(), place).items()}
    return np.array([[vgm.MISSING if found[name] is None else found[name]
                      for name in rows.NAMES]])


def shipped():
    """The model that Vigil comes with says of a module what Python says of it."""
    place, told = (0, 2, 1), set()
    with open(os.path.join(corelib.TOP, "models/smartmem/memory-ue.vgm"),
              "rb") as file:
        data = file.read()
    model = vgm.read(data)
    assert load(data)["trees"] == len(model.trees)
    for i in range(1, 41):
        happen(error(7 * i % 50, 8 * (i % 5), place, bank=i % 3))
        edaclib.expect_count(place, "corrected_errors", i)
        margin, = vgm.margins_q16(model, given(place))
        risk = vgm.permille(model, int(margin))
        expect(lambda wanted=str(risk): fact(place, "risk_permille") == wanted)
        told.add(risk)
    assert len(told) > 5, told
    unload()


def page(place, index, count=1):
    """The physical address of a page of ours, after so many errors there."""
    paddr = BLOCKS.paddr(index)
    happen(error(8 * index, index % 128 * 8, place, address=hex(paddr),
                 count=count))
    return paddr


def lowers():
    """An alarm halves the threshold of pages; without it one error is none."""
    unload()
    place, first = (0, 1, 1), min(BLOCKS.whole[0], key=BLOCKS.paddr)
    before = page(place, first)
    edaclib.expect_count(place, "corrected_errors", 1)
    assert not memlib.poisoned(before)
    load(stump("one", 1))
    expect(lambda: fact(place, "risk_permille") == "500")
    after = page(place, first + 1)
    expect(lambda: memlib.poisoned(after))
    assert not memlib.poisoned(before)
    assert BLOCKS.moved(first + 1, after)
    sock = corelib.vigil()
    records, _ = sock.dump(V.VIGIL_CMD_AUDIT_GET, genl.attr(
        V.VIGIL_A_AUDIT_COMPONENT, edaclib.name(place)))
    assert any("a model's risk" in r.string(V.VIGIL_A_AUDIT_REASON)
               for r in records)
    unload()


def one_at_a_time():
    """What only a model says is done to one page at a time, and counted."""
    place, pages = (0, 2, 0), sorted(BLOCKS.whole[1], key=BLOCKS.paddr)[:8]
    load(stump("one", 1))
    deferred = memlib.counter("pages_offline_deferred")
    happen(error(9, 8, place))
    expect(lambda: fact(place, "risk_permille") == "500")
    paddrs = [BLOCKS.paddr(index) for index in pages]
    lines = [error(100 * i, 8 * i, place, address=hex(paddr), bank=i)
             for i, paddr in enumerate(paddrs)]
    happen(*lines)
    expect(lambda: memlib.poisoned(paddrs[0]))
    expect(lambda: memlib.counter("pages_offline_deferred") > deferred)
    # The second error suffices without a model.
    for line, paddr in zip(lines, paddrs):
        if not memlib.poisoned(paddr):
            happen(line)
    expect(lambda: all(map(memlib.poisoned, paddrs)))
    unload()


def damaged():
    """What is no model, or one for something else, changes nothing."""
    load(stump("good", 1))
    good = stump("bad", 1)
    other = vgm.read(good)
    other.subject = "something"
    for data, pattern in (
            (b"", "not a model"), (good[:64], "not a model"),
            (b"X" + good[1:], "not a model"),
            (good[:-1], None), (good + b"\0", None),
            (good[:140] + bytes([good[140] ^ 1]) + good[141:], "checksum"),
            (bytes(129 << 10), "128 KiB")):
        done = ctl("model", "load", keep("bad.vgm", data))
        assert done.returncode == 2, (pattern, done)
        assert not pattern or pattern in done.stdout, (pattern, done)
    sock = corelib.vigil()
    corelib.refused("EINVAL", sock.do, V.VIGIL_CMD_MODEL_LOAD,
                    genl.attr(V.VIGIL_A_MODEL_SUBJECT, SUBJECT)
                    + genl.attr(V.VIGIL_A_MODEL_DATA, vgm.write(other)),
                    text="something else")
    corelib.refused("ENOENT", sock.do, V.VIGIL_CMD_MODEL_LOAD,
                    genl.attr(V.VIGIL_A_MODEL_SUBJECT, "nonsense")
                    + genl.attr(V.VIGIL_A_MODEL_DATA, good))
    corelib.refused("EINVAL", sock.do, V.VIGIL_CMD_MODEL_LOAD,
                    genl.attr(V.VIGIL_A_MODEL_SUBJECT, SUBJECT))
    corelib.refused("EINVAL", sock.do, V.VIGIL_CMD_MODEL_GET)
    assert shown("name") == "good" and shown("message")
    pid = os.fork()
    if not pid:
        os.setuid(65534)
        os._exit(ctl("model", "unload", SUBJECT).returncode != 2
                 or ctl("model", "show").returncode != 0)
    assert os.waitpid(pid, 0)[1] == 0, "who may do what"
    assert shown("name") == "good"
    unload()


def installed():
    """A file below /lib/firmware is loaded with the module; a bad one is not."""
    keep("vigil/memory-ue.vgm", stump("installed", 1))
    before = corelib.read(FIRMWARE)
    corelib.write(FIRMWARE, WORK)
    atexit.register(corelib.write, FIRMWARE, before or "\n")
    memlib.reload()
    assert (shown("name"), shown("origin")) == ("installed", "firmware")
    keep("vigil/memory-ue.vgm", stump("installed", 1)[:-4])
    memlib.reload()
    assert shown("origin") == "none" and shown("message")
    os.unlink(f"{WORK}/vigil/memory-ue.vgm")


def storm():
    """Models come and go while errors come; nobody goes unjudged."""
    models = [stump("low", 1), stump("high", 1)]
    edaclib.forget()
    edaclib.keep(error(i % 900, 8 * (i % 100), (0, 3, 0)) for i in range(1000))
    thread = threading.Thread(target=edaclib.fire, args=(20000, 1))
    load(models[0])
    thread.start()
    rounds = 0
    while thread.is_alive() or rounds < 20:
        load(models[rounds % 2])
        assert shown("name") in ("low", "high")
        rounds += 1
    thread.join()
    edaclib.expect_count((0, 3, 0), "corrected_errors", 20000)
    expect(lambda: fact((0, 3, 0), "risk_permille") == "500")
    unload()


def reload():
    """The module can go, and come back, while models are loaded."""
    path, done = keep("test.vgm", stump("again", 1)), threading.Event()

    def loading():
        while not done.is_set():
            ctl("model", "load", path)
    thread = threading.Thread(target=loading)
    thread.start()
    keep("vigil/memory-ue.vgm", stump("installed", 1))
    try:
        for _ in range(10):
            memlib.reload()
            happen(error(1, 8, (0, 0, 0)))
    finally:
        done.set()
        thread.join()
        os.unlink(f"{WORK}/vigil/memory-ue.vgm")
    unload()


def prepare():
    global BLOCKS  # pylint: disable=global-statement
    shutil.rmtree(WORK, ignore_errors=True)
    edaclib.load()
    BLOCKS = memlib.Blocks()


corelib.main([without, told, monitored, alarm, explained, shipped, lowers, one_at_a_time, damaged,
              installed, storm, reload], prepare)
