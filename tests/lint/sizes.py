#!/usr/bin/env python3
"""Lint: no C file over 500 lines, no function over 80 (an array's initialiser is not a function)."""

import source

FILE_LINES = 500
FUNCTION_LINES = 80


def check_functions(path, where):
    problems = []
    start = None
    for number, line in enumerate(source.bare_lines(path), 1):
        # In the project's format the body of a function, and nothing else, is in braces that stand alone at the margin.
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            if number - start + 1 > FUNCTION_LINES:
                problems.append(f"{where}:{start}: a function of {number - start + 1} lines (at most {FUNCTION_LINES})")
            start = None
    return problems


def check(root):
    problems = []
    for path in source.c_files(root, "include", "src", "tests", "bench", "examples"):
        where = path.relative_to(root)
        lines = path.read_text(encoding="utf-8").count("\n")
        if lines > FILE_LINES:
            problems.append(f"{where}: {lines} lines (at most {FILE_LINES})")
        problems += check_functions(path, where)
    return problems


if __name__ == "__main__":
    source.main(check)
