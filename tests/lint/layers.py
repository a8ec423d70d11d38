#!/usr/bin/env python3
"""Lint: a folder of src includes only the folders below it, and what belongs to one folder stays there."""

import re

import source

LAYERS = {
    "base": "",
    "sql": "",
    "num": "base",
    "out": "base",
    "db": "base sql",
    "data": "base num",
    "model": "base num",
    "rebalance": "base num",
    "track": "base db",
    "train": "base num data model rebalance",
    "record": "base db num rebalance track",
    "lib": "base db num rebalance track record",
    "report": "base db sql num out",
    "page": "base db out report data",
    "app": "base sql num out db data model rebalance track train record report page",
    "cli": "base sql num out db data model rebalance track train record report page app",
}
OWNERS = {
    "cblas.h": "num",
    "openblas_config.h": "num",
    "sqlite3.h": "db",
    "sqlite3ext.h": "db",
    "csv.h": "data",
    "zlib.h": "data",
    "pthread.h": "app base lib record",
    "threads.h": "app",
    "getopt.h": "cli",
}
# Only cli prints, ends the program or reads the environment.
CLI_ONLY = re.compile(r"\b(printf|vprintf|puts|putchar|perror|getenv|secure_getenv|exit|_exit|quick_exit) *\("
                      r"|\b(stdout|stderr)\b")
INCLUDE = re.compile(r'#include ["<]([^">]+)[">]')


def check_include(folder, header, quoted):
    """What is wrong with an #include in `folder`, or None."""
    if header in OWNERS:
        return None if folder in OWNERS[header].split() else f"only src/{OWNERS[header]} includes {header}"
    if not quoted:
        return None
    if "/" not in header:
        return f'"{header}" without its folder'
    target = header.split("/")[0]
    if target != folder and target not in LAYERS[folder].split():
        return f"src/{folder} must not include {header}"
    return None


def check(root):
    problems = []
    for path in source.c_files(root, "src"):
        parts = path.relative_to(root / "src").parts
        where = path.relative_to(root)
        if len(parts) < 2 or parts[0] not in LAYERS:
            problems.append(f"{where}: not in a folder of the layer table")
            continue
        for number, line in enumerate(source.bare_lines(path), 1):
            include = INCLUDE.match(line)
            problem = include and check_include(parts[0], include[1], '"' in line)
            word = None if include or parts[0] == "cli" else CLI_ONLY.search(line)
            # A child that is not yet another program has nobody to return to.
            if word and (word[1], str(where)) != ("_exit", "src/base/process.c"):
                problem = f"only src/cli may use {word[1] or word[2]}"
            if problem:
                problems.append(f"{where}:{number}: {problem}")
    return problems


if __name__ == "__main__":
    source.main(check)
