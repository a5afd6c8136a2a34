# SPDX-License-Identifier: GPL-2.0
"""A raw generic netlink client that can also send what no library would.

For tests: nothing but a socket, so that what is tested does not depend on the
library that is shipped. Numbers of commands and attributes come from the uapi
header, see Uapi.
"""

import errno
import os
import re
import socket
import struct

NETLINK_GENERIC = 16
SO_RCVBUFFORCE = 33
SOL_NETLINK = 270
NETLINK_ADD_MEMBERSHIP = 1
NETLINK_EXT_ACK = 11

NLMSG_ERROR = 2
NLMSG_DONE = 3

NLM_F_REQUEST = 0x1
NLM_F_ACK = 0x4
NLM_F_DUMP_INTR = 0x10
NLM_F_DUMP = 0x300
NLM_F_CAPPED = 0x100
NLM_F_ACK_TLVS = 0x200

NLMSGERR_ATTR_MSG = 1
NLA_F_NESTED = 0x8000
NLA_TYPE_MASK = 0x3fff

GENL_ID_CTRL = 16
CTRL_CMD_GETFAMILY = 3
CTRL_ATTR_FAMILY_ID = 1
CTRL_ATTR_FAMILY_NAME = 2
CTRL_ATTR_MCAST_GROUPS = 7
CTRL_ATTR_MCAST_GRP_NAME = 1
CTRL_ATTR_MCAST_GRP_ID = 2


class NetlinkError(OSError):
    """The kernel refused; text is what it said, or ''."""

    def __init__(self, error, text):
        super().__init__(error, os.strerror(error))
        self.text = text

    def __str__(self):
        return f"{errno.errorcode.get(self.errno, self.errno)}: {self.text}"


class Uapi:
    """Constants of a uapi header as attributes of an object."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as header:
            text = re.sub(r"/\*.*?\*/", "", header.read(), flags=re.S)
        for name, value in re.findall(r"#define (\w+)\s+(\d+)\n", text):
            setattr(self, name, int(value))
        for name, value in re.findall(r'#define (\w+)\s+"([^"]*)"\n', text):
            setattr(self, name, value)
        for body in re.findall(r"enum\s*\w*\s*\{(.*?)\}", text, re.S):
            self._enum(body)

    def _enum(self, body):
        number = 0
        for entry in filter(None, (e.strip() for e in body.split(","))):
            name, _, value = (part.strip() for part in entry.partition("="))
            if value.startswith("("):
                continue
            number = int(value) if value else number
            setattr(self, name, number)
            number += 1


def attr(kind, payload):
    """One attribute; payload is bytes, or a str that gets its NUL."""
    if isinstance(payload, str):
        payload = payload.encode() + b"\0"
    data = struct.pack("=HH", 4 + len(payload), kind) + payload
    return data + b"\0" * (-len(data) % 4)


def u32(kind, value):
    return attr(kind, struct.pack("=I", value))


def u64(kind, value):
    return attr(kind, struct.pack("=Q", value))


def nest(kind, payload):
    return attr(kind | NLA_F_NESTED, payload)


def attrs(data):
    """A list of (type, payload) of a stream of attributes."""
    found = []
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        if length < 4 or length > len(data):
            raise ValueError("attribute of impossible length")
        found.append((kind & NLA_TYPE_MASK, data[4:length]))
        data = data[(length + 3) & ~3:]
    return found


def string(payload):
    return payload.rstrip(b"\0").decode()


def number(payload):
    return int.from_bytes(payload, "little" if struct.pack("=H", 1)[0] else "big")


class Message:
    """A message that was received."""

    def __init__(self, kind, flags, seq, payload):
        self.kind = kind
        self.flags = flags
        self.seq = seq
        self.payload = payload
        self.cmd = payload[0] if kind >= GENL_ID_CTRL else None
        self.attrs = attrs(payload[4:]) if kind >= GENL_ID_CTRL else []

    def all(self, kind):
        return [payload for k, payload in self.attrs if k == kind]

    def get(self, kind):
        return next(iter(self.all(kind)), None)

    def string(self, kind):
        payload = self.get(kind)
        return None if payload is None else string(payload)

    def number(self, kind):
        payload = self.get(kind)
        return None if payload is None else number(payload)


class Socket:
    """A socket to one family; a dump comes in datagrams of at most receive_bytes."""

    def __init__(self, family=None, rcvbuf=None, receive_bytes=1 << 20):
        self.receive_bytes = receive_bytes
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                  NETLINK_GENERIC)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        if rcvbuf:
            self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, rcvbuf)
        self.sock.settimeout(30)
        self.sock.bind((0, 0))
        self.seq = 0
        self.family = GENL_ID_CTRL
        self.groups = {}
        if family:
            self._resolve(family)

    def close(self):
        self.sock.close()

    def _resolve(self, name):
        reply = self.do(CTRL_CMD_GETFAMILY, attr(CTRL_ATTR_FAMILY_NAME, name))
        for entry in reply.all(CTRL_ATTR_MCAST_GROUPS):
            for _, group in attrs(entry):
                fields = dict(attrs(group))
                self.groups[string(fields[CTRL_ATTR_MCAST_GRP_NAME])] = \
                    number(fields[CTRL_ATTR_MCAST_GRP_ID])
        self.family = reply.number(CTRL_ATTR_FAMILY_ID)

    def join(self, group):
        self.sock.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
                             self.groups[group])

    def send_raw(self, data):
        self.sock.send(data)

    def send(self, cmd, body=b"", flags=NLM_F_ACK):
        """Send a request; returns its sequence number."""
        self.seq += 1
        data = struct.pack("=BBH", cmd, 1, 0) + body
        self.send_raw(struct.pack("=IHHII", 16 + len(data), self.family,
                                  flags | NLM_F_REQUEST, self.seq, 0) + data)
        return self.seq

    def receive(self):
        """The messages of one datagram."""
        data = self.sock.recv(self.receive_bytes)
        messages = []
        while len(data) >= 16:
            length, kind, flags, seq, _ = struct.unpack_from("=IHHII", data)
            messages.append(Message(kind, flags, seq, data[16:length]))
            data = data[(length + 3) & ~3:]
        return messages

    @staticmethod
    def raise_error(message):
        """Raise what an NLMSG_ERROR or NLMSG_DONE says, unless it is success."""
        error = -struct.unpack_from("=i", message.payload)[0]
        if not error:
            return
        text = ""
        if message.flags & NLM_F_ACK_TLVS:
            skip = 4
            if message.kind == NLMSG_ERROR:
                skip = 4 + 16
                if not message.flags & NLM_F_CAPPED:
                    skip += struct.unpack_from("=I", message.payload, 4)[0] - 16
                    skip = (skip + 3) & ~3
            text = string(dict(attrs(message.payload[skip:]))
                          .get(NLMSGERR_ATTR_MSG, b""))
        raise NetlinkError(error, text)

    def do(self, cmd, body=b""):
        """One request; returns the reply, or None if there is only success."""
        wanted = self.send(cmd, body)
        reply = None
        while True:
            for message in self.receive():
                if message.seq != wanted:
                    continue
                if message.kind == NLMSG_ERROR:
                    self.raise_error(message)
                    return reply
                reply = message

    def dump(self, cmd, body=b"", between=None):
        """All replies of a dump, and whether the kernel called it torn.

        between() is called when the kernel has the first datagram ready.
        """
        wanted = self.send(cmd, body, NLM_F_DUMP)
        if between:
            between()
        replies, torn = [], False
        while True:
            for message in self.receive():
                if message.seq != wanted:
                    continue
                torn = torn or bool(message.flags & NLM_F_DUMP_INTR)
                if message.kind in (NLMSG_ERROR, NLMSG_DONE):
                    self.raise_error(message)
                    return replies, torn
                replies.append(message)
