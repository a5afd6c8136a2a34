# SPDX-License-Identifier: GPL-2.0
"""Messages of a family, good ones and what becomes of them when they are spoiled."""

import struct

import genl

HEADER = struct.Struct("=IHHII")
GENL = struct.Struct("=BBH")
ERROR = struct.Struct("=i")
EXTREMES = (0, 1, 2, 7, 8, 31, 32, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff,
            0x80000000, 0xffffffff, 0x7fffffffffffffff, 0x8000000000000000,
            0xffffffffffffffff)
TEXTS = (b"", b"\0", b"a" * 31 + b"\0", b"a" * 32 + b"\0", b"b" * 63 + b"\0",
         b"b" * 64 + b"\0", b"c" * 127 + b"\0", b"c" * 128 + b"\0",
         b"d" * 5000 + b"\0", b"no end", b"in\0side\0", b"\n\0", b"\x1b[2J\0",
         b"\x80\xff\xfe\0", b"%s%n%p\0", b"../../../etc\0", b"/\0", b" \0",
         "\u202e\u0000".encode())
DEPTH = 40
PAYLOAD_MAX = 65000


class Piece:
    """An attribute as it is going to be sent."""

    def __init__(self, attribute, payload, kind=None):
        self.attribute = attribute
        self.payload = payload
        self.kind = attribute.number if kind is None else kind

    def encoded(self):
        return genl.attr(self.kind & 0xffff, self.payload[:PAYLOAD_MAX])


def number(attribute, value):
    size = attribute.size or 4
    return (value & ((1 << 8 * size) - 1)).to_bytes(size, "little")


def encode(sets, attribute, value):
    """The piece of a good value: a number, a text, bytes, True, or [(name, value)]."""
    if attribute.type == "nest":
        inner = sets[attribute.nested]
        payload = b"".join(encode(sets, inner[name], each).encoded()
                           for name, each in value)
        return Piece(attribute, payload, attribute.number | genl.NLA_F_NESTED)
    if attribute.type == "flag":
        return Piece(attribute, b"")
    if isinstance(value, bytes):
        return Piece(attribute, value)
    if isinstance(value, str):
        return Piece(attribute, value.encode() + b"\0")
    return Piece(attribute, number(attribute, value))


# Each takes the pieces of a message and all attributes of the operation's set.

def absent(rng, pieces, _attributes):
    pieces.pop(rng.randrange(len(pieces)))


def doubled(rng, pieces, _attributes):
    pieces.insert(rng.randrange(len(pieces) + 1), rng.choice(pieces))


def too_short(rng, pieces, _attributes):
    piece = rng.choice(pieces)
    piece.payload = piece.payload[:rng.randrange(len(piece.payload) or 1)]


def too_long(rng, pieces, _attributes):
    rng.choice(pieces).payload += rng.randbytes(rng.choice((1, 3, 4, 64, 4096)))


def nested_wrongly(rng, pieces, _attributes):
    piece = rng.choice(pieces)
    way = rng.randrange(4)
    if way == 0:
        piece.payload = piece.encoded()
    elif way == 1:
        for _ in range(DEPTH):
            piece.payload = Piece(piece.attribute, piece.payload, piece.kind).encoded()
    elif way == 2:
        piece.payload = rng.randbytes(4) + piece.payload
    else:
        # An attribute inside that is longer than what it is in.
        piece.payload = struct.pack("=HH", 4 + len(piece.payload) % 1000 * 2, 1) + \
            piece.payload
    if rng.randrange(2):
        piece.kind ^= genl.NLA_F_NESTED


def extreme(rng, pieces, _attributes):
    piece = rng.choice(pieces)
    if piece.attribute.size:
        piece.payload = number(piece.attribute, rng.choice(EXTREMES))
    elif piece.attribute.type == "nest":
        inner = bytearray(piece.payload)
        if inner:
            inner[rng.randrange(len(inner))] = rng.choice((0, 1, 0x7f, 0xff))
        piece.payload = bytes(inner)
    else:
        piece.payload = rng.choice(TEXTS)


def unknown(rng, pieces, attributes):
    pieces.append(Piece(rng.choice(attributes), rng.randbytes(rng.randrange(16)),
                        rng.choice((0, 60, 77, 255, 0x3fff, 0x4001))))


def misplaced(rng, pieces, attributes):
    attribute = rng.choice(attributes)
    pieces.append(Piece(attribute, rng.randbytes(attribute.size or
                                                 rng.randrange(8))))


def bits_of_type(rng, pieces, _attributes):
    rng.choice(pieces).kind ^= rng.choice((0x8000, 0x4000, 0xc000))


# What can be done to the attributes of a message.
SPOILERS = (absent, doubled, too_short, too_long, nested_wrongly, extreme,
            unknown, misplaced, bits_of_type)
NEED_NONE = (unknown, misplaced)


def wrong_flags(rng, message):
    struct.pack_into("=H", message, 6, rng.choice(
        (0, 4, 1 | rng.randrange(0x1000), rng.randrange(0x10000))) | 4)


def wrong_command(rng, message):
    message[16] = rng.randrange(256)


def wrong_header(rng, message):
    message[17 + rng.randrange(3)] = rng.randrange(256)


def truncated(rng, message):
    del message[rng.randrange(1, len(message)):]


def wrong_length(rng, message):
    struct.pack_into("=I", message, 0, rng.choice(
        (0, 1, 15, 16, 17, 19, 20, len(message) - 1, len(message) + 1,
         0x7fffffff, 0xffffffff)))


def random_bytes(rng, message):
    for _ in range(rng.choice((1, 1, 2, 8))):
        at = rng.randrange(16, len(message))
        message[at] = rng.randrange(256)


def only_random(rng, message):
    message[20:] = rng.randbytes(rng.randrange(64))
    struct.pack_into("=I", message, 0, len(message))


# What can be done to the whole; a batch ends with what loses its own length.
BREAKERS = (wrong_flags, wrong_command, wrong_header, random_bytes, only_random)
ENDERS = (truncated, wrong_length)


def message(family, cmd, flags, body):
    """The sequence number is put in when it is sent."""
    return bytearray(HEADER.pack(HEADER.size + GENL.size + len(body), family,
                                 flags, 0, 0) + GENL.pack(cmd, 1, 0) + body)


def split(data):
    """(kind, sequence number, what follows the header) of each message of a datagram."""
    at = 0
    while len(data) - at >= HEADER.size:
        length, kind, _, seq, _ = HEADER.unpack_from(data, at)
        if length < HEADER.size:
            return
        yield kind, seq, data[at + HEADER.size:at + length]
        at += (length + 3) & ~3
