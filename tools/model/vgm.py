# SPDX-License-Identifier: GPL-2.0
"""Models of decision trees in Vigil's binary format: read, write, evaluate, explain.

Everything is arithmetic of integers, step by step as the kernel does it, so that
both come to the same numbers. Needs numpy and nothing else.
"""

import dataclasses
import hashlib
import struct
import zlib

import numpy as np

HEADER = struct.Struct("<4sHHIIQHHBBHiiQ32s16s24s8s")
NODE = np.dtype([("threshold", "<i4"), ("feature", "<u2"), ("value_q12", "<i2")])
POINT = struct.Struct("<iI")
CHECKSUM_AT = 12

MAGIC, VERSION = b"VGMF", 1
FEATURES_MAX, TREES_MAX, DEPTH_MAX, POINTS_MAX = 1024, 4096, 8, 32
FILE_BYTES_MAX = 128 << 10
S32_MIN, S32_MAX = -1 << 31, (1 << 31) - 1
MISSING = S32_MIN
MISSING_RIGHT, FEATURE_MASK = 1 << 15, (1 << 15) - 1


class BadModel(ValueError):
    """A file that is no model, or one that this version does not know."""


@dataclasses.dataclass
class Tree:
    """A perfect tree: nodes from the root on, level by level, and leaves in q24."""

    nodes: np.ndarray
    leaves: np.ndarray

    @property
    def depth(self):
        return len(self.leaves).bit_length() - 1


@dataclasses.dataclass
class Model:
    """What a file says; fields are named as in the format."""

    name: str
    version_text: str
    subject: str
    trained_s: int
    schema: int
    nr_features: int
    base_q24: int
    alarm_q16: int
    points: list
    trees: list


def schema_of(names):
    """The number by which names of features, in their order, are known."""
    text = "".join(f"{name}\n" for name in names).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "little")


def need(good, why):
    if not good:
        raise BadModel(why)


def pack_text(text, size):
    return text.encode("ascii").ljust(size, b"\0")


def unpack_text(data, what):
    text = data.rstrip(b"\0")
    need(text and len(text) < len(data), f"{what}: empty or not terminated")
    need(all(0x20 <= char < 0x7f and char != ord("/") for char in text),
         f"{what}: unprintable characters")
    return text.decode("ascii")


def checksum_of(data):
    return zlib.crc32(data[:CHECKSUM_AT] + bytes(4) + data[CHECKSUM_AT + 4:])


def write(model):
    """The bytes of a model."""
    depths = bytes(tree.depth for tree in model.trees)
    body = b"".join(POINT.pack(*point) for point in model.points)
    body += depths + bytes(-len(depths) % 8)
    for tree in model.trees:
        body += tree.nodes.astype(NODE).tobytes() + tree.leaves.astype("<i4").tobytes()
    data = bytearray(HEADER.pack(
        MAGIC, VERSION, HEADER.size, HEADER.size + len(body), 0, model.schema,
        model.nr_features, len(model.trees), max(depths, default=0), len(model.points), 0,
        model.base_q24, model.alarm_q16, model.trained_s, pack_text(model.name, 32),
        pack_text(model.version_text, 16), pack_text(model.subject, 24), bytes(8)) + body)
    struct.pack_into("<I", data, CHECKSUM_AT, zlib.crc32(data))
    read(bytes(data))
    return bytes(data)


def read(data):
    """A model from bytes that anybody may have written."""
    need(HEADER.size <= len(data) <= FILE_BYTES_MAX, "too short or too long")
    (magic, version, header_bytes, total_bytes, checksum, schema, nr_features, nr_trees,
     max_depth, nr_points, needed, base_q24, alarm_q16, trained_s, name, version_text,
     subject, reserved) = HEADER.unpack_from(data)
    need(magic == MAGIC, "not a model")
    need(version == VERSION and header_bytes == HEADER.size and not needed,
         "of another version")
    need(total_bytes == len(data), "not as long as it says")
    need(checksum == checksum_of(data), "wrong checksum")
    need(1 <= nr_features <= FEATURES_MAX, "number of features")
    need(1 <= nr_trees <= TREES_MAX, "number of trees")
    need(1 <= max_depth <= DEPTH_MAX, "depth")
    need(2 <= nr_points <= POINTS_MAX, "number of points")
    need(not any(reserved), "reserved bytes")
    rest = data[HEADER.size:]
    points, rest = read_points(rest, nr_points)
    depths, rest = read_depths(rest, nr_trees, max_depth)
    return Model(unpack_text(name, "name"), unpack_text(version_text, "version"),
                 unpack_text(subject, "subject"), trained_s, schema, nr_features,
                 base_q24, alarm_q16, points, read_trees(rest, depths, nr_features))


def read_points(data, count):
    size = count * POINT.size
    need(len(data) >= size, "points cut off")
    points = list(POINT.iter_unpack(data[:size]))
    need(all(a[0] < b[0] and a[1] <= b[1] for a, b in zip(points, points[1:])),
         "points not ascending")
    need(points[-1][1] <= 1000, "points above 1000")
    return points, data[size:]


def read_depths(data, count, max_depth):
    size = count + -count % 8
    need(len(data) >= size, "depths cut off")
    depths = data[:count]
    need(min(depths) >= 1 and max(depths) == max_depth, "depths")
    need(not any(data[count:size]), "depths not padded with zeroes")
    return depths, data[size:]


def read_trees(data, depths, nr_features):
    need(len(data) == sum(((1 << d) - 1) * NODE.itemsize + (4 << d) for d in depths),
         "trees cut off")
    trees = []
    at = 0
    for depth in depths:
        nodes = np.frombuffer(data, NODE, (1 << depth) - 1, at)
        leaves = np.frombuffer(data, "<i4", 1 << depth, at + nodes.nbytes)
        need((nodes["feature"] & FEATURE_MASK < nr_features).all(), "unknown feature")
        trees.append(Tree(nodes, leaves))
        at += nodes.nbytes + leaves.nbytes
    return trees


def path(tree, rows):
    """Yield, level by level, the position in the tree of each row, leaves included."""
    position = np.zeros(len(rows), np.int64)
    every = np.arange(len(rows))
    for _ in range(tree.depth):
        yield position
        node = tree.nodes[position]
        value = rows[every, node["feature"] & FEATURE_MASK]
        right = np.where(value == MISSING, node["feature"] >= MISSING_RIGHT,
                         value > node["threshold"])
        position = 2 * position + 1 + right
    yield position


def margins_q16(model, rows):
    """The margin of each row of numbers (integers, MISSING where there is none)."""
    total_q24 = np.full(len(rows), model.base_q24, np.int64)
    for tree in model.trees:
        *_, last = path(tree, rows)
        total_q24 += tree.leaves[last - len(tree.nodes)]
    return np.clip((total_q24 + 128) >> 8, S32_MIN, S32_MAX)


def permille(model, margin_q16):
    """The risk that belongs to a margin, by calibration; rounded down."""
    points = model.points
    if margin_q16 <= points[0][0]:
        return points[0][1]
    for (low, risk), (high, more) in zip(points, points[1:]):
        if margin_q16 < high:
            return risk + (more - risk) * (margin_q16 - low) // (high - low)
    return points[-1][1]


def explain(model, row):
    """(part of no feature, {feature: its part}) in q24; they add up to the row's sum."""
    rows = np.asarray(row, np.int64).reshape(1, -1)
    base = model.base_q24
    parts = {}
    for tree in model.trees:
        where = [int(position[0]) for position in path(tree, rows)]
        values = [int(tree.nodes["value_q12"][i]) << 12 for i in where[:-1]]
        values.append(int(tree.leaves[where[-1] - len(tree.nodes)]))
        base += values[0]
        for i, before, after in zip(where, values, values[1:]):
            feature = int(tree.nodes["feature"][i]) & FEATURE_MASK
            parts[feature] = parts.get(feature, 0) + after - before
    return base, {feature: part for feature, part in parts.items() if part}
