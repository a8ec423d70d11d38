#!/usr/bin/env python3
"""Lint: each report has a transcript of its own that calls it, and tests/meson.build runs every transcript there is."""

import pathlib
import re

import source


def check(root):
    root = pathlib.Path(root)
    problems = []
    build = root / "tests" / "meson.build"
    text = build.read_text(encoding="utf-8") if build.is_file() else ""
    # A unit test may have the name of a transcript.
    lists = text.partition("transcripts = {")[2].partition("\n}")[0]
    for path in sorted((root / "reports").glob("*.sql")):
        golden = root / "tests" / "sql" / f"report_{path.stem}.golden"
        if not golden.is_file():
            problems.append(f"reports/{path.name}: has no golden test, tests/sql/{golden.name}")
        elif not re.search(rf"^[$>] .*\bhardrow report {path.stem} ", golden.read_text(encoding="utf-8"), re.M):
            problems.append(f"tests/sql/{golden.name}: does not run 'hardrow report {path.stem}'")
    for path in sorted((root / "tests").glob("*/*.golden")):
        if f"'{path.stem}'" not in lists:
            problems.append(f"{path.relative_to(root)}: is not in the lists of tests/meson.build")
    return problems


if __name__ == "__main__":
    source.main(check)
