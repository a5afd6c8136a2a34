# SPDX-License-Identifier: GPL-2.0
"""Parts of tools/testing/vm/run, one job a file."""


class VmError(Exception):
    """Something the caller or this machine got wrong; the text is all the user sees."""
