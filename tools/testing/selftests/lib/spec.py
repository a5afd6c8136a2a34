# SPDX-License-Identifier: GPL-2.0
"""The specification of the family, for tests that go through all of it."""

import os

import yaml

PATH = "Documentation/netlink/specs/vigil.yaml"
SIZES = {"u32": 4, "s32": 4, "u64": 8}


class Attribute:
    """An attribute of a set, and how it is encoded."""

    def __init__(self, described, number):
        self.name = described["name"]
        self.number = number
        self.type = described["type"]
        self.nested = described.get("nested-attributes")
        self.size = SIZES.get(self.type)


class Operation:
    """A command; request is None where nobody may send it, dump says that it has one."""

    def __init__(self, described, number, sets):
        self.name = described["name"]
        self.number = number
        self.attributes = sets.get(described.get("attribute-set"), {})
        self.admin = "admin-perm" in described.get("flags", ())
        do = described.get("do", {})
        self.request = [self.attributes[name] for name in
                        do.get("request", {}).get("attributes", ())] if do else None
        self.replies = "reply" in do
        self.dump = "dump" in described


def _sets(described):
    found = {}
    for each in described:
        attributes, number = {}, 0
        for attribute in each["attributes"]:
            number = attribute.get("value", number + 1)
            attributes[attribute["name"]] = Attribute(attribute, number)
        found[each["name"]] = attributes
    return found


class Spec:
    """sets: {name of a set: {name: attribute}}; operations: {name: operation}"""

    def __init__(self, top):
        with open(os.path.join(top, PATH), encoding="utf-8") as file:
            described = yaml.load(file, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self.sets = _sets(described["attribute-sets"])
        self.operations, number = {}, 0
        for each in described["operations"]["list"]:
            number = each.get("value", number + 1)
            self.operations[each["name"]] = Operation(each, number, self.sets)
