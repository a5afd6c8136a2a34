# SPDX-License-Identifier: GPL-2.0
"""Keeps what takes long to make, under a name that changes with what it is made of."""

import hashlib
import os
import tempfile
from typing import Callable

from . import VmError


def cache_dir() -> str:
    """Where everything that can be built again is kept."""
    configured = os.environ.get("VIGIL_CACHE")
    if configured:
        return os.path.abspath(configured)
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "vigil")


def kept(kind: str, name: str, inputs: list[str], make: Callable[[], bytes]) -> str:
    """The path of a file that make() makes of the files named, now or in an earlier run."""
    path = os.path.join(cache_dir(), kind, f"{_key(inputs)}-{name}")
    if not os.path.exists(path):
        _store(path, make())
    return path


def _key(inputs: list[str]) -> str:
    """By content: every checkout shares what is the same."""
    digest = hashlib.sha256()
    for path in inputs:
        with open(path, "rb") as file:
            content = file.read()
        digest.update(f"{os.path.basename(path)} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:16]


def _store(path: str, data: bytes) -> None:
    """Write aside and rename, so that concurrent runs see all of it or nothing."""
    directory = os.path.dirname(path)
    try:
        os.makedirs(directory, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=directory, delete=False) as file:
            file.write(data)
        os.rename(file.name, path)
    except OSError as error:
        raise VmError(f"cannot write to the cache {directory}: {error.strerror}; "
                      "set VIGIL_CACHE to a directory of yours") from error
