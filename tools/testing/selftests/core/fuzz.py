#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12 debug, parses the same everywhere
"""Every operation of the specification, with messages that are good, nearly good, and not.

Good messages have names of components, policies, owners and guards that exist, so that
the fuzzing gets behind the parsing. VIGIL_SEED repeats a run, "make soak" sends a million.
"""

import collections
import errno
import os
import random

import corelib
import fuzzlib
import genl
import subjects
from corelib import V
from spec import Spec

SEED = int(os.environ.get("VIGIL_SEED", "0")) or random.randrange(1, 1 << 31)
MESSAGES = 5000 if corelib.SOAK == 1 else 100_000 * corelib.SOAK
BATCH = 32
POOL = 2048
SIMS = [f"cpu-sim{i}" for i in range(8)]
# Commands go to components that are not there only; everybody may be looked at.
LOOKED_AT = SIMS + [subjects.DIMM, subjects.MEMORY, "machine-0", "cpu-nobody"]
AGENTS = [f"agent-fuzz{i}" for i in range(4)]
OWNERS = ("admin", "policy", "fuzz", "slurm")
UNSUPPORTED = errno.errorcode[errno.EOPNOTSUPP]
SPEC = Spec(corelib.TOP)
RNG = random.Random(SEED)


class Known:
    """Numbers and names that are good at the moment."""
    operation = 1
    ids = [1]
    feature = ("", 0)
    frame = 0
    request = 0		# the last thing that our agent was asked
    model = b""
    sure = False	# the first of the values is wanted, which is accepted


def pick(values):
    return values[0] if Known.sure else RNG.choice(values)


def one_of(*values):
    return lambda: pick(values)


def policy():
    return [("name", pick(("limit_errors",) * 9 + ("no_such",))),
            ("value", pick((10, 100, 500, 1000, 13, 1001)))]


def recent():
    return pick(range(Known.operation, max(0, Known.operation - 8), -1))


# Good values by set and attribute, the first one accepted.
VALUES = {
    ("component", "id"): lambda: pick(Known.ids),
    ("component", "name"): one_of(*LOOKED_AT),
    ("component", "class"): one_of(*range(1, 9)),
    ("component", "policy"): policy,
    ("component", "attention"): one_of(True),
    ("operation", "id"): recent,
    ("operation", "component"): one_of(*SIMS, *AGENTS),
    ("operation", "address"): one_of(0, 4096, 1 << 39),
    ("operation", "reason"): one_of("fuzz", "", "the same again"),
    ("operation", "dry-run"): one_of(True),
    ("operation", "method"): one_of(0, 0, 0, *range(8)),
    ("operation", "owner"): one_of(*OWNERS),
    ("operation", "override"): one_of(0xe, 0x7fff, *(1 << n for n in range(15))),
    ("operation", "timeout-ms"): one_of(60000, 0, 1, 100, 1000),
    ("feature", "component"): one_of(subjects.DIMM),
    ("feature", "name"): lambda: pick((Known.feature[0], "no_such")),
    ("feature", "window-seconds"): lambda: pick((Known.feature[1], 0, 60, 3600)),
    ("cell", "component"): one_of(subjects.DIMM, "dimm-mc0.0.1", *SIMS[:1]),
    ("source", "name"): one_of("mc_event", "mce", "no_such"),
    ("frame", "component"): one_of(subjects.MEMORY, *SIMS[:1]),
    ("frame", "address"): lambda: pick((Known.frame, 4096)),
    ("audit", "id"): one_of(*range(1, 20)),
    ("audit", "component"): one_of(*LOOKED_AT),
    ("model", "subject"): one_of(subjects.SUBJECT, "no-such"),
    ("model", "data"): lambda: pick((Known.model, b"", Known.model[:1000])),
    ("agent", "name"): one_of("fuzzer", "nobody"),
    ("agent", "ttl-ms"): one_of(3600000, 1000, 60000),
    ("agent", "component"): one_of(*AGENTS),
    ("agent", "label"): one_of("a part", ""),
    ("agent", "parent-name"): one_of("cpu-sim0", "cpu-nobody"),
    ("agent", "verbs"): one_of(6, 0, 14, 30),
    ("agent", "counter"): lambda: [("name", "errors"), ("value", RNG.randrange(9))],
    ("agent", "health"): one_of(*range(5)),
    ("agent", "advice"): one_of(*range(5)),
    ("agent", "isolation"): one_of(0, 2, 1),
    ("agent", "risk-permille"): one_of(0, 10, 1000, 1001),
    ("agent", "risk-model"): one_of("model"),
    ("agent", "reason"): one_of("fuzz", ""),
    ("agent", "request"): lambda: pick((Known.request, 1, 1 << 63)),
    ("agent", "state"): one_of(1, 2, 3),
    ("agent", "message"): one_of("did it", ""),
}

VERB = [["component", "reason", "owner", "override"], ["component"]]
# The attributes without which an operation means nothing, in the ways there are.
NEEDED = {
    "component-get": [["name"], ["id"]],
    "isolate": VERB, "release": VERB, "recover": VERB, "test": VERB,
    "operation-get": [["id"]],
    "policy-set": [["name", "policy"]],
    "feature-get": [["component", "name", "window-seconds"]],
    "cell-get": [["component"]],
    "source-get": [["name"]],
    "frame-get": [["component", "address"]],
    "audit-get": [["id"]],
    "model-get": [["subject"]],
    "model-load": [["subject", "data"]],
    "model-unload": [["subject"]],
    "agent-register": [["name", "ttl-ms"]],
    "agent-get": [["name"]],
    "agent-add": [["component", "verbs"], ["component"]],
    "agent-remove": [["component"]],
    "agent-report": [[], ["component", "health"]],
    "agent-answer": [["request", "state"]],
}
# What a dump can be asked for with.
CHOSEN = {
    "component-get": [[], ["class"], ["attention"], ["class", "attention"]],
    "feature-get": [["component"]], "cell-get": [["component"], []],
    "frame-get": [[], ["component"]], "audit-get": [[], ["id"], ["component"]],
}


def pieces_of(operation, names):
    pieces = []
    for name in names:
        attribute = operation.attributes[name]
        value = VALUES[attribute_set(operation), name]()
        pieces.append(fuzzlib.encode(SPEC.sets, attribute, value))
    return pieces


def attribute_set(operation):
    return next(name for name, attributes in SPEC.sets.items()
                if attributes is operation.attributes)


def is_slow(operation):
    """Each model that is loaded has all that it judges judged again."""
    return operation.name == "model-load"


def good(operation, dump):
    """The pieces of a message that may well be accepted."""
    if dump:
        return pieces_of(operation, pick(CHOSEN.get(operation.name, [[]])))
    names = list(pick(NEEDED[operation.name]))
    if not Known.sure and operation.name != "component-get":
        names += [attribute.name for attribute in operation.request
                  if attribute.name not in names and RNG.random() < 0.1]
    return pieces_of(operation, names)


def spoil(pieces, operation, spoiler):
    if pieces or spoiler in fuzzlib.NEED_NONE:
        spoiler(RNG, pieces, list(operation.attributes.values()))


class Fuzzer:
    """Sends messages and notes what each operation answered."""

    def __init__(self):
        self.sock = corelib.vigil(rcvbuf=8 << 20)
        self.sock.sock.setblocking(False)
        self.accepted = collections.Counter()
        self.refused = {name: collections.Counter() for name in SPEC.operations}
        self.names = {}		# of what is under way, by sequence number
        self.batch = bytearray()
        self.seq = 0
        self.sent = 0

    def message(self, operation, dump, pieces):
        body = b"".join(piece.encoded() for piece in pieces)
        flags = genl.NLM_F_REQUEST | genl.NLM_F_ACK | (genl.NLM_F_DUMP if dump else 0)
        return fuzzlib.message(self.sock.family, operation.number, flags, body)

    def add(self, message, name=None, alone=False):
        """Alone is what keeps the socket busy or does not say where it ends."""
        if alone or len(self.names) >= BATCH:
            self.flush()
        self.seq = self.seq % 0xfffffff0 + 1
        if len(message) >= 12:
            message[8:12] = self.seq.to_bytes(4, "little")
        self.names[self.seq] = name
        self.batch += message + bytes(-len(message) % 4)
        self.sent += 1
        if alone:
            self.flush()

    def flush(self):
        if not self.batch:
            return
        try:
            self.sock.sock.send(self.batch)
        except OSError as error:
            assert error.errno in (errno.EMSGSIZE, errno.ENOBUFS), error
        self.collect()
        self.names.clear()
        self.batch.clear()

    def collect(self):
        """Take all that is there."""
        try:
            while True:
                for kind, seq, payload in fuzzlib.split(self.sock.sock.recv(1 << 16)):
                    if kind in (genl.NLMSG_ERROR, genl.NLMSG_DONE):
                        self.note(self.names.get(seq), payload)
                    elif payload[0] == V.VIGIL_CMD_AGENT_REQUEST_NTF:
                        asked = dict(genl.attrs(payload[4:]))
                        Known.request = genl.number(asked[V.VIGIL_A_AGENT_REQUEST])
        except BlockingIOError:
            pass

    def note(self, name, payload):
        if name is None:
            return
        error = -fuzzlib.ERROR.unpack_from(payload)[0]
        if error > 0:
            self.refused[name][errno.errorcode.get(error, error)] += 1
        else:
            self.accepted[name] += 1


FUZZER = None


def targets():
    """(operation, whether it is a dump) of all that can be sent."""
    for operation in SPEC.operations.values():
        if operation.request is not None:
            yield operation, False
        if operation.dump:
            yield operation, True


def learn():
    """Numbers that are good now."""
    sock = corelib.vigil()
    replies, _ = sock.dump(V.VIGIL_CMD_OPERATION_GET)
    if replies:
        Known.operation = replies[-1].number(V.VIGIL_A_OPERATION_ID)
    replies, _ = sock.dump(V.VIGIL_CMD_COMPONENT_GET)
    Known.ids = [reply.number(V.VIGIL_A_COMPONENT_ID) for reply in replies]


def ask_agent():
    """Have our agent asked something, so that there is something to answer."""
    isolate = SPEC.operations["isolate"]
    add = SPEC.operations["agent-add"]
    FUZZER.add(FUZZER.message(add, False, good(add, False)))
    FUZZER.add(FUZZER.message(isolate, False, [
        fuzzlib.encode(SPEC.sets, isolate.attributes[name], value)
        for name, value in (("component", AGENTS[0]), ("override", 0xe))]))
    FUZZER.flush()
    assert corelib.wait_for(30, lambda: FUZZER.collect() or Known.request)


def everything():
    """Each operation as it should be, and with each fault in turn."""
    for operation, dump in targets():
        Known.sure = True
        if operation.name == "agent-answer":
            ask_agent()
        FUZZER.add(FUZZER.message(operation, dump, good(operation, dump)),
                   operation.name, alone=True)
        Known.sure = False
        learn()
        for spoiler in fuzzlib.SPOILERS:
            for _ in range(1 if is_slow(operation) else 4):
                pieces = good(operation, dump)
                spoil(pieces, operation, spoiler)
                FUZZER.add(FUZZER.message(operation, dump, pieces),
                           operation.name, dump)
        for breaker in fuzzlib.BREAKERS + fuzzlib.ENDERS:
            message = FUZZER.message(operation, dump, good(operation, dump))
            breaker(RNG, message)
            FUZZER.add(message, alone=True)
    FUZZER.flush()
    for name, operation in SPEC.operations.items():
        if operation.request is None and not operation.dump:
            FUZZER.add(fuzzlib.message(FUZZER.sock.family, operation.number, 5, b""),
                       name, alone=True)
            assert set(FUZZER.refused[name]) == {UNSUPPORTED}, name


def make():
    """A message with some faults or none; and whether it has to be alone."""
    operation, dump = RNG.choice(TARGETS)
    pieces = good(operation, dump)
    for _ in range(RNG.choice((0, 0, 1, 1, 1, 2, 3))):
        spoil(pieces, operation, RNG.choice(fuzzlib.SPOILERS))
    return FUZZER.message(operation, dump, pieces), operation.name, dump


def soak():
    """Messages with several faults, thousands of them; a million in "make soak"."""
    pool, rounds = [], 0
    while FUZZER.sent < MESSAGES:
        if rounds % POOL == 0:
            learn()
            if corelib.SOAK > 1:
                print(f"# {FUZZER.sent} of {MESSAGES} messages", flush=True)
            pool = [make() for _ in range(min(POOL, MESSAGES))]
        rounds += 1
        message, name, dump = RNG.choice(pool)
        if RNG.random() < 0.4:
            FUZZER.add(bytearray(message), name, dump)
            continue
        message = bytearray(message)
        if len(message) > 20 and RNG.random() < 0.9:
            # Still well-formed as a message, so it need not be alone unless it is a dump.
            fuzzlib.random_bytes(RNG, message)
            FUZZER.add(message, alone=dump or message[7] == 3)
        else:
            RNG.choice(fuzzlib.BREAKERS + fuzzlib.ENDERS)(RNG, message)
            FUZZER.add(message, alone=True)
    FUZZER.flush()
    print(f"# {FUZZER.sent} messages, {sum(FUZZER.accepted.values())} accepted")


def both():
    """Every operation was accepted, and was refused."""
    for name, operation in SPEC.operations.items():
        if operation.request is None and not operation.dump:
            continue
        refused = FUZZER.refused[name]
        print(f"# {name}: {FUZZER.accepted[name]} accepted, "
              f"{', '.join(f'{n} {error}' for error, n in refused.most_common(6))}")
    for name, operation in SPEC.operations.items():
        if operation.request is None and not operation.dump:
            continue
        assert FUZZER.accepted[name], f"{name} was never accepted"
        assert set(FUZZER.refused[name]) - {UNSUPPORTED}, f"{name} was never refused"


def still_works():
    """After all that components answer, can be isolated and released, and go."""
    FUZZER.sock.close()
    sock = corelib.vigil()
    for name in SIMS:
        path = f"{corelib.SYSFS}/{name}"
        assert sock.do(V.VIGIL_CMD_COMPONENT_GET, corelib.by_name(name))
        assert 10 <= int(corelib.read(f"{path}/policy/limit_errors")) <= 1000
    sock.do(V.VIGIL_CMD_RELEASE, corelib.verb_body("cpu-sim0") +
            genl.u32(V.VIGIL_A_OPERATION_OVERRIDE, 1 << V.VIGIL_GUARD_OWNER))
    assert corelib.wait_for(60, lambda: corelib.read(
        f"{corelib.SYSFS}/cpu-sim0/isolation") == "none")
    corelib.unload("vigil_sim")


def prepare():
    global FUZZER  # pylint: disable=global-statement
    print(f"# VIGIL_SEED={SEED}")
    subjects.load(len(SIMS))
    Known.frame = subjects.isolated_frame()
    Known.model = subjects.model()
    feature = corelib.vigil().dump(V.VIGIL_CMD_FEATURE_GET, genl.attr(
        V.VIGIL_A_FEATURE_COMPONENT, subjects.DIMM))[0][0]
    Known.feature = (feature.string(V.VIGIL_A_FEATURE_NAME),
                     feature.number(V.VIGIL_A_FEATURE_WINDOW_SECONDS) or 0)
    FUZZER = Fuzzer()
    learn()
    unknown = [name for name, operation in SPEC.operations.items()
               if operation.request is not None and name not in NEEDED]
    assert not unknown, f"nobody said what {unknown} take"


TARGETS = [each for each in targets() for _ in range(1 if is_slow(each[0]) else 12)]

if __name__ == "__main__":
    corelib.main([everything, soak, both, still_works], prepare)
