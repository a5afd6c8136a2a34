#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Every command and option of vigilctl has completion and a place in a manual page."""

import os
import re
import subprocess
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../..")
CTL = f"{TOP}/tools/vigilctl"
MAN = f"{TOP}/Documentation/man"

# Objects that share a manual page.
PAGES = {"summary": None}
# Options of vigilctl(8), which other pages do not repeat.
EVERYWHERE = {"json", "pretty", "help", "version"}


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def commands():
    """Yield object, verb (or None) and names of the options of each command."""
    text = read(f"{CTL}/commands.c")
    macros = dict(re.findall(r"#define (\w+_OPTIONS) \\\n((?:.*\\\n)*.*)", text))
    names = dict(re.findall(r'\.bit = (OPTION_\w+),(?:[^{}]*?)\.name = "([\w-]+)"',
                            read(f"{CTL}/options.c")))
    for entry in re.split(r"\n\t\}?,? ?\{\n", text[text.index("commands[] = {"):])[1:]:
        words = dict(re.findall(r'\.(object|verb) = "([\w-]+)"', entry))
        options = re.search(r"\.options = ([^,]*),", entry)
        bits = options[1] if options else ""
        for macro, value in macros.items():
            bits = bits.replace(macro, value)
        yield (words["object"], words.get("verb"),
               {names[bit] for bit in re.findall(r"OPTION_\w+", bits)})


def complete(*words):
    """Return what bash offers for the last word."""
    script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1));'
              '_vigilctl 2>/dev/null; printf "%s\\n" "${COMPREPLY[@]}"')
    out = subprocess.run(["bash", "-c", script, "bash", f"{CTL}/completion/vigilctl",
                          "vigilctl", *words], check=True, capture_output=True, text=True)
    return set(out.stdout.split())


def class_objects():
    text = read(f"{CTL}/main.c")
    listed = re.search(r"class_objects\[\] = \{(.*?)\}", text, re.S)[1]
    return {name.lower() for name in re.findall(r"VIGIL_CLASS_(\w+)", listed)}


def enum(name, skip):
    """Return the names of the values of an enum of the uapi header."""
    text = read(f"{TOP}/include/uapi/linux/vigil.h")
    prefix = f"VIGIL_{name.upper()}_"
    body = re.search(rf"\nenum vigil_{name} \{{(.*?)/\* private", text, re.S)[1]
    values = re.findall(rf"\b{prefix}(\w+)", body)
    return {value.lower().replace("_", "-") for value in values} - skip


def expect(problems, what, wanted, got):
    if wanted != got:
        problems.append(f"{what}: missing {sorted(wanted - got)}, "
                        f"too many {sorted(got - wanted)}")


def check_words(table, problems):
    objects = {one[0] for one in table} | class_objects()
    expect(problems, "completion of objects", objects, complete(""))
    for name in objects:
        of = "component" if name in class_objects() else name
        verbs = {one[1] for one in table if one[0] == of and one[1]}
        if verbs:
            expect(problems, f"completion of {name}", verbs, complete(name, ""))


def check_values(problems):
    for option, wanted in (
            ("class", enum("class", set())), ("health", enum("health", set())),
            ("method", enum("method", set())),
            ("override", enum("guard", {"none", "lockdown"}))):
        expect(problems, f"completion of --{option}", wanted,
               complete("component", "isolate", f"--{option}", ""))
    expect(problems, "completion of a second guard", {"mounted,swap"},
           complete("pci", "isolate", "--override", "mounted,sw"))


def page_of(name):
    """Return the text of an object's page; None if it needs none."""
    name = PAGES.get(name, name)
    if name is None:
        return None
    path = f"{MAN}/vigilctl-{name}.8"
    text = read(path) if os.path.exists(path) else ""
    other = re.match(r"\.so man8/(.*)", text)
    return read(f"{MAN}/{other[1]}") if other else text


def check_pages(table, problems):
    overview = read(f"{MAN}/vigilctl.8")
    for name in {one[0] for one in table} | class_objects():
        page = page_of(name)
        if page == "":
            problems.append(f"{name}: no page")
        if page is not None and not re.search(rf"\bCm {name}\b", overview):
            problems.append(f"vigilctl.8 does not list {name}")
    for name, verb, options in table:
        page = page_of(name) or overview
        if verb and not re.search(rf"Cm (?:{name} )?(?:Op Cm )?{verb}\b", page):
            problems.append(f"{name} {verb}: not in the page")
        problems += [f"{name} {verb}: --{option} is not in the page"
                     for option in options - EVERYWHERE
                     if f"Fl -{option}" not in page.replace("\\-", "-")]


def check_library(problems):
    """Each function that libvigil exports is declared, with a comment."""
    header = "".join(read(f"{TOP}/tools/lib/{name}.h") for name in ("vigil", "agent"))
    exported = set(re.findall(r"^\t(vigil_\w+);", read(f"{TOP}/tools/lib/libvigil.map"), re.M))
    expect(problems, "comments of libvigil's functions", exported,
           set(re.findall(r"^ \* (vigil_\w+)\(\) - ", header, re.M)))


def main():
    table = list(commands())
    tests = [("completion knows every object and verb", lambda p: check_words(table, p)),
             ("completion knows every value", check_values),
             ("manual pages know every command and option", lambda p: check_pages(table, p)),
             ("the library documents what it exports", check_library)]
    print(f"1..{len(tests)}")
    failed = False
    for number, (name, run) in enumerate(tests, 1):
        problems = []
        run(problems)
        for problem in problems:
            print(f"# {problem}")
        failed |= bool(problems)
        print(f"{'not ok' if problems else 'ok'} {number} {name}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
