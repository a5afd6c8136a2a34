#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# vm-args: --append ras=cec_disable
"""Bad page frames on the command line, and from one boot to the next: shown with
their memory module, saved, and restored where that is still the same. Errors are
those of simulated memory controllers, serial numbers come from a table of the
firmware made here."""

import atexit
import json
import os
import pwd
import stat
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [os.path.join(HERE, "../memory")]

import memlib  # noqa: E402  pylint: disable=wrong-import-position
from memlib import corelib, expect, V  # noqa: E402  pylint: disable=wrong-import-position
import edaclib  # noqa: E402  pylint: disable=wrong-import-position

CTL = os.environ.get("VIGILCTL") or os.path.join(corelib.TOP,
                                                 "build/tools/vigilctl")
TABLE = "/sys/firmware/dmi/tables/DMI"
EDAC = "/sys/devices/system/edac/mc/mc0"
WORK = tempfile.mkdtemp()
FILE = os.path.join(WORK, "state.json")
FIRST, SECOND, THIRD = (0, 0, 0), (0, 0, 1), (0, 1, 0)
LABELS = {place: f"SIM_MC0_CH{place[1]}_DIMM{place[2]}"
          for place in (FIRST, SECOND, THIRD)}
SERIALS = {FIRST: "AA11", SECOND: "BB22", THIRD: "Unknown"}
PAGES = None
# What a case leaves for the next: physical addresses by name.
BAD = {}


def device(locator, serial):
    """A structure of type 17."""
    strings = b"".join(text.encode() + b"\0" for text in (locator, serial))
    fields = struct.pack("<BBHHHHHHBBBBBHHBBBBB", 17, 0x1c, 0x1100, 0, 0xfffe,
                         64, 64, 16384, 9, 0, 1, 0, 26, 0, 3200, 0, 2, 0, 0, 0)
    return fields + strings + b"\0"


def firmware(serials):
    """Have the firmware say so; {place: serial}"""
    path = os.path.join(WORK, "table")
    with open(path, "wb") as table:
        for place, serial in serials.items():
            table.write(device(LABELS[place], serial))
        table.write(bytes((127, 4, 0, 0, 0, 0)))
    if not os.path.ismount(TABLE):
        corelib.run("mount", "--bind", path, TABLE)
        atexit.register(corelib.run, "umount", TABLE)


def ctl(*words, **more):
    return subprocess.run([CTL, *words], capture_output=True, text=True,
                          check=False, **more)


def document(*words, status=0):
    done = ctl("-j", *words)
    assert done.returncode == status, done
    return json.loads(done.stdout)


def frames():
    """What frame show tells, by address."""
    return {one["address"]: one for one in document("frame", "show")["frames"]}


def save(path=FILE):
    return document("state", "save", path)


def restore(*words, status=0, path=FILE):
    """Runs it and returns the outcomes by address, and the document."""
    said = document("state", "restore", path, *words, status=status)
    return {one["address"]: one for one in said["frames"]}, said


def saved(path=FILE):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def saved_frames(path=FILE):
    return {one["address"]: one for one in saved(path)["frames"]}


def write_state(frames_of_file, path=FILE, **head):
    """A file as another boot would have left it."""
    state = saved() | {"boot-id": "another boot", "frames": frames_of_file}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(state | head, file)


def frame(paddr, **more):
    return {"address": paddr, "state": "held", "machine": BAD["machine"]} | more


def module_of(place, serial=None):
    told = {"name": edaclib.name(place), "label": LABELS[place]}
    return told | ({"serial": serial} if serial else {})


def fresh():
    """Address of a frame that can be taken and given back."""
    return PAGES.paddr(PAGES.fresh())


def release(paddr):
    assert ctl("component", "release", "memory-0", "--address",
               hex(paddr)).returncode == 0


def release_all():
    """What a case that failed has left."""
    for paddr, one in frames().items():
        if one["state"] == "held":
            release(paddr)


def err(paddr, place, kind="ce", count=2):
    edaclib.happen(edaclib.error(1, 8, place, kind=kind, count=count,
                                 address=hex(paddr)))


def nothing():
    """Where nothing is out of use, nothing is shown, saved or restored."""
    assert frames() == {}
    assert ctl("frame", "show").stdout.split() == [
        "ADDRESS", "COMPONENT", "STATE", "WHY", "DIMM", "LABEL"]
    assert save()["saved"] == 0
    assert restore() == ({}, document("state", "restore", FILE))
    absent = os.path.join(WORK, "absent")
    assert ctl("state", "restore", absent).returncode == 5
    assert not os.path.exists("/var/lib/vigil/state.json")
    assert ctl("state", "restore").returncode == 0


def taken_by_errors():
    """A frame that had errors is shown with the memory module that had them."""
    BAD["first"], BAD["second"] = fresh(), fresh()
    err(BAD["first"], FIRST)
    err(BAD["second"], SECOND)
    expect(lambda: len([one for one in frames().values()
                        if one["state"] == "offlined"]) == 2)
    for which, place in (("first", FIRST), ("second", SECOND)):
        shown = frames()[BAD[which]]
        assert shown["errors"] is True and shown["component"] == "memory-0"
        assert shown["dimm"] == edaclib.name(place), shown
        assert shown["label"] == LABELS[place]
    line, = [line for line in ctl("frame", "show", "memory-0").stdout.splitlines()
             if hex(BAD["first"]) in line]
    assert line.split() == [hex(BAD["first"]), "memory-0", "offlined", "errors",
                            edaclib.name(FIRST), LABELS[FIRST]]


def taken_by_command():
    """A frame that was isolated by command is shown so, with no memory module."""
    BAD["command"] = fresh()
    assert ctl("component", "isolate", "memory-0", "--address",
               hex(BAD["command"])).returncode == 0
    shown = frames()[BAD["command"]]
    assert shown["state"] == "held" and "errors" not in shown
    assert "dimm" not in shown and "label" not in shown


def list_of_frames():
    """A list of frames, of a row for example, is isolated and released one by one."""
    paddrs = [fresh() for _ in range(3)]
    text = "# a row\n\n" + "".join(f"{paddr:#x} of it\n" for paddr in paddrs)
    dry = ctl("frame", "isolate", "--dry-run", "-", input=text)
    assert dry.returncode == 0 and "to be held" in dry.stdout, dry
    assert not set(paddrs) & set(frames())
    done = ctl("frame", "isolate", "--reason", "row 7", "-", input=text)
    assert done.returncode == 0 and done.stdout.count(": done: ") == 3, done
    assert all(frames()[paddr]["state"] == "held" for paddr in paddrs)
    again = document("frame", "isolate", hex(paddrs[0]))["frames"]
    assert [one["outcome"] for one in again] == ["already"]
    bad = document("frame", "isolate", hex(paddrs[0] + 1), hex(1 << 45),
                   hex(memlib.kernel_code()), status=2)
    assert [one["outcome"] for one in bad["frames"]] == ["failed"] * 3
    assert "kernel image" in bad["frames"][2]["message"], bad
    nonsense = ctl("frame", "isolate", "row")
    assert nonsense.returncode == 1 and "is no address" in nonsense.stderr
    done = ctl("frame", "release", *map(hex, paddrs))
    assert done.returncode == 0 and done.stdout.count(": done: ") == 3, done
    assert not set(paddrs) & set(frames())


def told_later():
    """Who tells the memory module may speak before the frame goes, or after."""
    paddr = fresh()
    assert ctl("component", "isolate", "memory-0", "--address",
               hex(paddr)).returncode == 0
    err(paddr, SECOND, count=1)
    expect(lambda: frames()[paddr].get("dimm") == edaclib.name(SECOND))
    release(paddr)
    assert ctl("component", "isolate", "memory-0", "--address",
               hex(paddr)).returncode == 0
    assert frames()[paddr]["dimm"] == edaclib.name(SECOND)
    release(paddr)
    assert paddr not in frames()


def lost():
    """A frame that the kernel took after an uncorrected error has its module too."""
    for kind_first in (True, False):
        paddr = fresh()
        if kind_first:
            err(paddr, FIRST, kind="ue", count=1)
        corelib.write(f"{corelib.DEBUGFS}/hwpoison/corrupt-pfn",
                      str(paddr // memlib.PAGE))
        if not kind_first:
            err(paddr, FIRST, kind="ue", count=1)
        expect(lambda paddr=paddr: frames().get(paddr, {}).get("dimm") ==
               edaclib.name(FIRST))
        assert frames()[paddr]["state"] == "external"
        assert frames()[paddr]["errors"] is True
        release_external(paddr)
        assert paddr not in frames()


def netlink():
    """One frame, those of a component, of all, and what is refused."""
    sock = corelib.vigil()
    node = corelib.genl.attr(V.VIGIL_A_FRAME_COMPONENT, "memory-0")

    def address(paddr):
        return corelib.genl.u64(V.VIGIL_A_FRAME_ADDRESS, paddr)

    one = sock.do(V.VIGIL_CMD_FRAME_GET, node + address(BAD["first"] + 77))
    assert one.number(V.VIGIL_A_FRAME_ADDRESS) == BAD["first"]
    assert one.number(V.VIGIL_A_FRAME_STATE) == V.VIGIL_FRAME_STATE_OFFLINED
    for body in (node, b""):
        told, _ = sock.dump(V.VIGIL_CMD_FRAME_GET, body)
        found = [one.number(V.VIGIL_A_FRAME_ADDRESS) for one in told]
        assert found == sorted(BAD[which] for which in ("first", "second",
                                                        "command"))
    do = V.VIGIL_CMD_FRAME_GET
    corelib.refused("ENOENT", sock.do, do, node + address(PAGES.paddr(0)),
                    text="in use")
    corelib.refused("ENXIO", sock.do, do, node + address(memlib.beyond_memory()))
    corelib.refused("EINVAL", sock.do, do, node, text="address")
    corelib.refused("EINVAL", sock.do, do, address(0), text="which component")
    dimm = corelib.genl.attr(V.VIGIL_A_FRAME_COMPONENT, edaclib.name(FIRST))
    corelib.refused("EOPNOTSUPP", sock.do, do, dimm + address(0))
    corelib.refused("EOPNOTSUPP", sock.dump, do, dimm)
    corelib.refused("EINVAL", sock.dump, do, node + address(0))
    corelib.refused("ENODEV", sock.dump, do, corelib.genl.attr(
        V.VIGIL_A_FRAME_COMPONENT, "memory-77"))


def written():
    """The file says what is needed to find the memory again."""
    said = save()
    assert said["saved"] == 3 and said["kept"] == 0, said
    assert stat.S_IMODE(os.stat(FILE).st_mode) == 0o600
    state = saved()
    BAD["machine"] = state["frames"][0]["machine"]
    assert (state["format"], state["version"]) == ("vigil-state", 1)
    modules = {one["name"]: one for one in state["modules"]}
    assert modules[edaclib.name(FIRST)]["serial"] == "AA11"
    assert modules[edaclib.name(FIRST)]["locator"] == LABELS[FIRST]
    assert "serial" not in modules[edaclib.name(THIRD)]
    found = saved_frames()
    assert found[BAD["first"]]["module"] == module_of(FIRST, "AA11")
    assert found[BAD["first"]]["errors"] and "module" not in found[BAD["command"]]
    assert save()["saved"] == 3 and saved() == state
    assert sorted(os.listdir(WORK)) == ["state.json", "table"]


def given_back():
    """A frame that somebody gave back is forgotten."""
    release(BAD["command"])
    said = save()
    assert (said["saved"], said["forgotten"]) == (2, 1), said


def loaded_again():
    """After the module was loaded again everything is found and put on the books."""
    state = saved_frames()
    memlib.reload()
    expect(lambda: len(document("dimm", "show")["components"]) == 8)
    assert frames() == {}
    outcomes, said = restore()
    assert said["already"] == 2 and said["failed"] == 0, said
    assert {one["state"] for one in frames().values()} == {"external"}
    save()
    after = saved_frames()
    for paddr, before in state.items():
        assert after[paddr]["module"] == before["module"]
        assert after[paddr]["errors"] is True
    assert set(outcomes) == set(state)


def saved_without_restoring():
    """What was not restored is not lost, nor is what was taken before."""
    memlib.reload()
    expect(lambda: len(document("dimm", "show")["components"]) == 8)
    said = save()
    assert (said["saved"], said["forgotten"]) == (2, 0), said
    for paddr in (BAD["first"], BAD["second"]):
        release_external(paddr)


def release_external(paddr):
    """Put back what soft offlining took, as an administrator would."""
    corelib.write(f"{corelib.DEBUGFS}/hwpoison/unpoison-pfn",
                  str(paddr // memlib.PAGE))


def restored():
    """Frames of the same memory modules are isolated, and seen to be."""
    release_all()
    BAD["first"], BAD["second"], BAD["none"] = fresh(), fresh(), fresh()
    write_state([
        frame(BAD["first"], module=module_of(FIRST, "AA11"), errors=True),
        frame(BAD["second"], module=module_of(SECOND, "BB22")),
        frame(BAD["none"])])
    before = saved()
    outcomes, said = restore("--dry-run")
    assert said["restored"] == 3 and said["dry-run"] and frames() == {}, said
    assert "held" in outcomes[BAD["first"]]["message"]
    outcomes, said = restore()
    assert said["restored"] == 3, said
    assert "isolated" in outcomes[BAD["first"]]["message"]
    shown = frames()
    assert set(shown) == {BAD["first"], BAD["second"], BAD["none"]}
    assert {one["state"] for one in shown.values()} == {"held"}
    assert memlib.fact("reason") == "restored: bad before the last boot", \
        memlib.fact("reason")
    assert saved() == before, "restoring does not write"
    assert restore()[1]["already"] == 3
    assert save()["saved"] == 3
    found = saved_frames()
    assert found[BAD["first"]]["errors"] is True
    assert found[BAD["first"]]["module"] == module_of(FIRST, "AA11")
    for paddr in shown:
        release(paddr)


def others():
    """Frames whose memory is not the same any more are left alone."""
    release_all()
    paddrs = [fresh() for _ in range(7)]
    write_state([
        frame(paddrs[0], module=module_of(FIRST, "CC33")),
        frame(paddrs[1], module=module_of(FIRST, "BB22")),
        frame(paddrs[2], module=module_of(FIRST) | {"label": "GONE"}),
        frame(paddrs[3], machine="dmi-" + "0" * 16 + "-" + "0" * 16),
        frame(paddrs[4], module=module_of(FIRST, "AA11"),
              machine="dmi-" + "0" * 16 + "-" + "0" * 16),
        frame(paddrs[5], machine="edac-0"),
        frame(paddrs[6], module=module_of(THIRD))])
    outcomes, said = restore()
    words = [outcomes[paddr]["message"] for paddr in paddrs]
    assert (said["skipped"], said["restored"]) == (6, 1), said
    for said, wanted in zip(words, (
            "was replaced", "was moved to " + LABELS[SECOND], "no memory module",
            "some have been replaced", "addresses have changed",
            "may be others")):
        assert wanted in said, words
    done = ctl("state", "restore", FILE)
    assert done.returncode == 0 and done.stderr.count(": skipped: ") == 6, done
    said = save()
    assert (said["saved"], said["kept"], said["forgotten"]) == (3, 2, 4), said
    found = saved_frames()
    assert set(found) == {paddrs[2], paddrs[5], paddrs[6]}
    assert found[paddrs[2]]["kept"] is True and "kept" not in found[paddrs[6]]
    release(paddrs[6])


def relabelled():
    """A memory module with another label now is not taken for the old one."""
    release_all()
    corelib.write(f"{EDAC}/dimm2/dimm_label", "NEW LABEL")
    memlib.reload()
    expect(lambda: len(document("dimm", "show")["components"]) == 8)
    paddr = fresh()
    write_state([frame(paddr, module=module_of(THIRD))])
    outcomes, said = restore()
    assert said["skipped"] == 1 and LABELS[THIRD] in outcomes[paddr]["message"]
    assert save()["kept"] == 1
    corelib.write(f"{EDAC}/dimm2/dimm_label", LABELS[THIRD])
    memlib.reload()
    expect(lambda: len(document("dimm", "show")["components"]) == 8)
    assert restore()[1]["restored"] == 1
    release(paddr)


def firmware_changes():
    """Another serial number, and another slot in use, are noticed."""
    release_all()
    paddr = fresh()
    write_state([frame(paddr, module=module_of(FIRST, "AA11"))])
    firmware(SERIALS | {FIRST: "DD44"})
    assert "replaced" in restore()[0][paddr]["message"]
    firmware({FIRST: "AA11", SECOND: "BB22"})
    assert "addresses have changed" in restore()[0][paddr]["message"]
    firmware(SERIALS | {FIRST: "N/A"})
    assert restore("--dry-run")[1]["restored"] == 1
    firmware(SERIALS)


def failures():
    """What can't be restored does not keep the rest from it."""
    release_all()
    good = fresh()
    write_state([frame(paddr) for paddr in (
        memlib.beyond_memory(), 2**63, good, good, good + 1,
        memlib.kernel_code() & -memlib.PAGE)])
    outcomes, said = restore(status=2)
    assert said["failed"] == 4 and said["restored"] == 1, said
    assert said["error"]["status"] == "refused"
    assert "no memory" in outcomes[memlib.beyond_memory()]["message"]
    assert "not the address" in outcomes[good + 1]["message"]
    done = ctl("state", "restore", FILE)
    assert done.returncode == 2 and ": failed: " in done.stderr
    assert "4 failed" in done.stdout, done
    # The unaligned one is in a frame that is out of use now.
    assert save()["kept"] == 3
    release(good)


def refused_file(content, wanted):
    with open(FILE, "wb") as file:
        file.write(content)
    done = ctl("state", "restore", FILE)
    assert done.returncode == 2 and not done.stdout, done
    assert FILE in done.stderr and wanted in done.stderr, done
    assert frames() == {}


def bad_files():
    """A file that is not right as a whole is refused, and nothing done."""
    release_all()
    write_state([frame(fresh(), module=module_of(FIRST, "AA11"))
                 for _ in range(3)])
    with open(FILE, "rb") as file:
        whole = file.read()
    entry = whole[whole.rindex(b'{"address'):-2]
    for content, wanted in (
            (b"", "cut off at byte 0"), (whole[:-1], "cut off at byte"),
            (whole[:len(whole) // 2], "cut off at byte"),
            (whole.replace(b":", b"=", 1), "no JSON"),
            (whole + b"x", "no JSON"), (b"[" * 100000, "no JSON"),
            (b"[]", "no state"), (b'{"schema": 1}', "no state"),
            (whole.replace(b'"version": 1', b'"version": 2'), "version"),
            (whole.replace(b'"held"', b'"molten"'), '"state" is not valid'),
            (whole.replace(b'"address": ', b'"address": -'), '"address"'),
            (whole.replace(b'"page-bytes": 4', b'"page-bytes": 6'),
             "page frames of"),
            (whole.replace(entry, b", ".join([entry] * 70000)), "70002"),
            (b" " * (33 << 20), "bytes")):
        refused_file(content, wanted)


def set_aside():
    """Saving does not stumble over a file that is no good, and keeps it."""
    release_all()
    with open(FILE, "w", encoding="utf-8") as file:
        file.write("{ nonsense")
    assert save()["set-aside"] is True
    assert saved()["frames"] == []
    assert corelib.read(f"{FILE}.bad") == "{ nonsense"
    assert save()["set-aside"] is False


def no_room():
    """When the new file can't be written the old one stays."""
    small = os.path.join(WORK, "small")
    os.mkdir(small)
    corelib.run("mount", "-t", "tmpfs", "-o", "size=4k,nr_inodes=2", "none",
                small)
    try:
        path = os.path.join(small, "state.json")
        with open(FILE, "rb") as old, open(path, "wb") as new:
            new.write(old.read())
        done = ctl("state", "save", path)
        assert done.returncode == 2 and "No space" in done.stderr, done
        assert saved(path) == saved() and os.listdir(small) == ["state.json"]
    finally:
        corelib.run("umount", small)


def not_root():
    """Addresses are for root only, and so are these commands."""
    nobody = pwd.getpwnam("nobody")
    os.chmod(WORK, 0o777)
    for words in (("frame", "show"), ("state", "save", FILE + ".nobody"),
                  ("state", "restore", FILE)):
        done = ctl(*words, user=nobody.pw_uid, group=nobody.pw_gid,
                   extra_groups=[])
        assert done.returncode == 2 and "only root" in done.stderr, done
        less = subprocess.run(["setpriv", "--bounding-set=-sys_admin",
                               "--inh-caps=-sys_admin", CTL, *words],
                              capture_output=True, text=True, check=False)
        assert less.returncode == 2 and "CAP_SYS_ADMIN" in less.stderr, less
    assert not os.path.exists(FILE + ".nobody")


def default_file():
    """Without a name it is the file of the system, in a directory for root."""
    release_all()
    paddr = fresh()
    memlib.isolate(paddr)
    assert ctl("state", "save").returncode == 0
    assert stat.S_IMODE(os.stat("/var/lib/vigil").st_mode) == 0o700
    assert set(saved_frames("/var/lib/vigil/state.json")) == {paddr}
    release(paddr)
    assert "restored 1 page frame;" in ctl("state", "restore").stdout
    assert paddr in frames()
    release(paddr)


def without_module():
    """Without vigil_memory nothing is written."""
    release_all()
    before = corelib.read(FILE)
    corelib.unload("vigil_memory")
    for words in (("state", "save", FILE), ("state", "restore", FILE)):
        done = ctl(*words)
        assert done.returncode == 5 and "vigil_memory" in done.stderr, done
    assert corelib.read(FILE) == before
    memlib.insert()


def own_mounts():
    """What is mounted here nobody else sees, and the system's own file stays."""
    if not os.environ.get("VIGIL_OWN_MOUNTS"):
        os.execvpe("unshare", ["unshare", "--mount", sys.executable, *sys.argv],
                   dict(os.environ, VIGIL_OWN_MOUNTS="1"))
    corelib.run("mount", "-t", "tmpfs", "none", "/var/lib")


def prepare():
    global PAGES  # pylint: disable=global-statement
    if os.geteuid():
        corelib.skip_all("needs root")
    own_mounts()
    if not os.path.exists(CTL) or not os.path.exists(TABLE):
        corelib.skip_all("no vigilctl, or no table of the firmware")
    if corelib.loaded("vigil"):
        corelib.skip_all("vigil is loaded already")
    memlib.need_no_cec()
    firmware(SERIALS)
    edaclib.load()
    expect(lambda: len(document("dimm", "show")["components"]) == 8)
    PAGES = memlib.Blocks(96)
    if not os.path.exists(f"{corelib.DEBUGFS}/hwpoison"):
        corelib.run("modprobe", "hwpoison-inject")


if __name__ == "__main__":
    corelib.main([nothing, taken_by_errors, taken_by_command,
                  list_of_frames, told_later, lost,
                  netlink, written, given_back, loaded_again,
                  saved_without_restoring, restored, others, relabelled,
                  firmware_changes, failures, bad_files, set_aside, no_room,
                  not_root, default_file, without_module], prepare)
