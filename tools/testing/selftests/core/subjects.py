# SPDX-License-Identifier: GPL-2.0
"""Something for every operation of the family: components, memory modules with errors, a
subject of predictions and a model for it, decisions."""

import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.append(os.path.join(HERE, "../memory"))

import corelib  # noqa: E402  pylint: disable=wrong-import-position
import edaclib  # noqa: E402  pylint: disable=wrong-import-position
import memlib  # noqa: E402  pylint: disable=wrong-import-position

V, genl = corelib.V, corelib.genl
PLACE = (0, 0, 0)
DIMM = edaclib.name(PLACE)
MEMORY = "memory-0"
SUBJECT = "memory-ue"
ALL_VERBS = 0x1e
MODEL = os.path.join(corelib.TOP, "models/smartmem/memory-ue.vgm")


def load(components=8):
    """All modules that the operations are about, unloaded at the end."""
    corelib.load(components=components, verbs=ALL_VERBS)
    edaclib.load()
    edaclib.happen(edaclib.error(7, 64, PLACE))
    edaclib.expect_count(PLACE, "corrected_errors", 1)


def isolated_frame():
    """The address of a page frame that is out of use until the end."""
    paddr = memlib.free_frame()
    memlib.isolate(paddr)
    return paddr


def model():
    """What is in the file of a model for SUBJECT."""
    with open(MODEL, "rb") as file:
        return file.read()


def requests(address):
    """What an administrator may ask: {operation: body}; address is of a frame out of use."""
    verb = corelib.verb_body("cpu-sim0", "who may")
    subject = genl.attr(V.VIGIL_A_MODEL_SUBJECT, SUBJECT)
    agent = genl.attr(V.VIGIL_A_AGENT_COMPONENT, "agent-may0")
    return {
        "isolate": verb, "release": verb, "recover": verb, "test": verb,
        "policy-set": corelib.policy_body("cpu-sim0", "limit_errors", 123),
        "frame-get": genl.attr(V.VIGIL_A_FRAME_COMPONENT, MEMORY) +
        genl.u64(V.VIGIL_A_FRAME_ADDRESS, address),
        "model-load": subject + genl.attr(V.VIGIL_A_MODEL_DATA, model()),
        "model-unload": subject,
        "agent-register": genl.attr(V.VIGIL_A_AGENT_NAME, "may") +
        genl.u32(V.VIGIL_A_AGENT_TTL_MS, 60000),
        "agent-add": agent, "agent-report": agent, "agent-remove": agent,
        "agent-answer": genl.u64(V.VIGIL_A_AGENT_REQUEST, 1) +
        genl.u32(V.VIGIL_A_AGENT_STATE, V.VIGIL_OP_STATE_DONE),
    }
