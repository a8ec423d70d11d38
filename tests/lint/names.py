#!/usr/bin/env python3
"""Lint: no file named after nothing (utils, common, helpers, types, globals), nothing left undone, no goto."""

import re

import source

NAMES = re.compile(r"(^|[-_])(utils?|common|helpers?|types|globals?|misc)($|[-_])")
UNDONE = re.compile(r"\b(TODO|FIXME|XXX)\b")
GOTO = re.compile(r"\bgoto\b")


def check(root):
    problems = []
    for path in source.c_files(root, "include", "src", "tests", "bench", "examples"):
        where = path.relative_to(root)
        if any(NAMES.search(name) for name in (path.stem, *where.parts[:-1])):
            problems.append(f"{where}: a name that says nothing")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if UNDONE.search(line):
                problems.append(f"{where}:{number}: something left undone")
        for number, line in enumerate(source.bare_lines(path), 1):
            if GOTO.search(line):
                problems.append(f"{where}:{number}: goto")
    return problems


if __name__ == "__main__":
    source.main(check)
