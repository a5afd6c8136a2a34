#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, the program is the same for all
"""What other programs and terminals see: metrics, check, the report, one screen, top,
on a machine with hundreds of components."""

import errno
import fcntl
import html.parser
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [os.path.join(HERE, "../core")]

import corelib  # noqa: E402  pylint: disable=wrong-import-position

CTL = os.environ.get("VIGILCTL") or os.path.join(corelib.TOP,
                                                 "build/tools/vigilctl")
WORK = tempfile.mkdtemp()
COMPONENTS = 300
EVIL = '"><script>alert(1)</script>&\\'

LABEL = r'[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"(vigil_\w+)(?:\{{({LABEL}(?:,{LABEL})*)\}})? (-?[0-9.e+]+)")


def ctl(*words):
    return subprocess.run([CTL, *words], capture_output=True, text=True, check=False)


def text(*words, status=0):
    done = ctl(*words)
    assert done.returncode == status and not done.stderr, done
    return done.stdout


def parse_metrics(exposition):
    """Return the samples by name and labels; as strict as Prometheus is."""
    assert exposition.endswith("\n")
    types, samples, family = {}, {}, None
    for line in exposition.splitlines():
        head = re.fullmatch(r"# (HELP|TYPE) (\w+) (.+)", line)
        if head and head[1] == "TYPE":
            assert head[2] == family and head[3] in ("counter", "gauge"), line
            types[family] = head[3]
        elif head:
            family = head[2]
            assert family not in types, f"{family} in two places"
        else:
            sample = SAMPLE.fullmatch(line)
            assert sample and sample[1] == family, line
            assert (types[family] == "counter") == family.endswith("_total"), line
            key = (sample[1], sample[2] or "")
            assert key not in samples, f"{key} twice"
            samples[key] = float(sample[3])
    return samples


def metrics():
    """The metrics are what Prometheus reads."""
    samples = parse_metrics(text("metrics"))
    assert samples[("vigil_up", "")] == 1
    label = 'component="cpu-sim1",class="cpu"'
    assert samples[("vigil_component_health", label)] == 3
    assert samples[("vigil_simulated_errors_total", label)] == 7
    assert samples[("vigil_component_risk_ratio", f'{label},model="sim"')] == 0.25
    assert samples[("vigil_components", 'class="cpu",health="healthy"')] == COMPONENTS - 1


def metrics_in_a_file():
    """A file is replaced in one step, readable by all, and nothing is left behind."""
    path = os.path.join(WORK, "vigil.prom")
    corelib.run("touch", path)
    before = os.stat(path).st_ino
    assert text("metrics", "--output", path) == ""
    with open(path, encoding="utf-8") as file:
        parse_metrics(file.read())
    assert os.stat(path).st_ino != before and os.stat(path).st_mode & 0o777 == 0o644
    assert os.listdir(WORK) == ["vigil.prom"]
    done = ctl("metrics", "--output", os.path.join(WORK, "absent/vigil.prom"))
    assert done.returncode == 2 and "No such file" in done.stderr


def check():
    """The check has the status and the line of a plug-in for Nagios."""
    line = text("check", status=2)
    assert re.fullmatch(r"CRITICAL - cpu-sim1 is failing: [^|]*\| "
                        r"(\w+=\d+;;;0 ?)+\n", line), line
    assert " failing=1;" in line
    assert text("check", "cpu-sim2").startswith("OK - cpu-sim2 is healthy")
    assert text("check", "--class", "pci", status=3).startswith("UNKNOWN - there is no")
    assert ctl("check", "--nonsense").returncode == 3


class Page(html.parser.HTMLParser):
    """Elements and text of a page."""

    def __init__(self, source):
        super().__init__()
        self.tags = []
        self.texts = []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        assert not [name for name, _ in attrs if name in ("src", "href") or
                    name.startswith("on")], (tag, attrs)

    def handle_data(self, data):
        self.texts.append(data)


def report():
    """The report is one page in which hostile words are text."""
    path = os.path.join(WORK, "report.html")
    assert text("report", "--html", path) == ""
    with open(path, encoding="utf-8") as file:
        source = file.read()
    page = Page(source)
    assert "script" not in page.tags and "img" not in page.tags
    assert any(EVIL in one for one in page.texts)
    assert any("NOT fit for work" in one for one in page.texts)
    assert page.tags.count("tr") > COMPONENTS
    assert text("report", "--html", "-").startswith("<!DOCTYPE html>")
    assert ctl("report").returncode == 1
    os.unlink(path)


class Terminal:
    """vigilctl on a terminal of its own."""

    def __init__(self, *words, lines=24, columns=80, term="xterm"):
        self.pid, self.fd = pty.fork()
        if not self.pid:
            fcntl.ioctl(0, termios.TIOCSWINSZ,
                        struct.pack("HHHH", lines, columns, 0, 0))
            os.environ.update(TERM=term, LC_ALL="C.UTF-8")
            os.execv(CTL, [CTL, *words])
        self.seen = b""

    def read(self, seconds=1):
        """Read what comes; False at its end."""
        if select.select([self.fd], [], [], seconds)[0]:
            try:
                data = os.read(self.fd, 65536)
            except OSError as error:
                if error.errno != errno.EIO:
                    raise
                return False
            self.seen += data
            return bool(data)
        return True

    def wait_for(self, wanted):
        """Until the bytes have been seen; forgets them and what was before."""
        deadline = time.monotonic() + 60
        while wanted not in self.seen:
            assert self.read() and time.monotonic() < deadline, \
                f"no {wanted!r} in {self.seen[-2000:]!r}"
        self.seen = self.seen[self.seen.index(wanted) + len(wanted):]

    def resize(self, lines, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ,
                    struct.pack("HHHH", lines, columns, 0, 0))

    def end(self):
        """Exit status, when it has ended by itself."""
        while self.read():
            pass
        status = os.waitpid(self.pid, 0)[1]
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


def one_screen():
    """Without words it fits the terminal."""
    for i in range(2, 32):
        corelib.sim_do(f"{i} health 2 {'a long reason ' * 8}")
    screen = Terminal()
    assert screen.end() == 0
    lines = re.sub(r"\x1b\[[0-9;]*m", "", screen.seen.decode()).split("\r\n")
    assert lines.pop() == ""
    assert len(lines) <= 23 and max(map(len, lines)) <= 80, lines
    assert lines[0] == "This machine is NOT fit for work."
    assert any(line.startswith("... and ") for line in lines)
    for i in range(2, 32):
        corelib.sim_do(f"{i} health 1 well again")


def top():
    """Top shows changes as they happen, sorts, filters and survives any size."""
    screen = Terminal("top")
    screen.wait_for(b"by health")
    screen.wait_for(b"cpu-sim1 ")
    os.write(screen.fd, b"a")
    screen.wait_for(b"that need a look")
    corelib.sim_do("5 health 4 died just now")
    screen.wait_for(b"died just now")
    os.write(screen.fd, b"sr")
    screen.wait_for(b"reversed")
    for size in ((5, 20), (1, 1), (50, 200)):
        screen.resize(*size)
        os.write(screen.fd, b"jkG \x1b[6~\x1b[5~")
        assert screen.read()
    screen.seen = b""
    os.write(screen.fd, b"a")
    screen.wait_for(b"  works")
    os.write(screen.fd, b"q")
    assert screen.end() == 0
    corelib.sim_do("5 health 1 well again")


def top_ends():
    """Top leaves the terminal when it is told to end, and when the module goes."""
    screen = Terminal("top", "--sort", "name", "--class", "cpu")
    screen.wait_for(b"by name")
    os.kill(screen.pid, signal.SIGTERM)
    assert screen.end() == 0
    assert b"\x1b[?1049l" in screen.seen
    assert Terminal("top", term="toaster").end() == 1
    done = ctl("top")
    assert done.returncode == 1 and "needs a terminal" in done.stderr
    screen = Terminal("top")
    screen.wait_for(b"by health")
    corelib.unload("vigil_sim", "vigil")
    screen.wait_for(b"module was unloaded")
    assert screen.end() == 5


def prepare():
    if not os.path.exists(CTL):
        corelib.skip_all("no vigilctl")
    if corelib.loaded("vigil"):
        corelib.skip_all("vigil is loaded already")
    corelib.load(components=COMPONENTS)
    for i in range(COMPONENTS):
        corelib.sim_do(f"{i} health 1 works")
    corelib.sim_do(f"1 health 3 {EVIL}")
    corelib.sim_do("1 risk 250 6000000")
    corelib.sim_do("1 count 0 7")
    machine = f"{corelib.SYSFS}/machine-0/health"
    assert corelib.wait_for(60, lambda: corelib.read(machine) == "failing")


if __name__ == "__main__":
    corelib.main([metrics, metrics_in_a_file, check, report, one_screen, top,
                  top_ends], prepare)
