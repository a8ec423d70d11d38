#!/usr/bin/env python3
"""Shows that the lints can fail: each bad line in a tree of its own gives exactly the complaint, a good tree none."""

import pathlib
import tempfile

import format
import goldens
import layers
import names
import sizes

GOOD = '#include <stdio.h>\n\n#include "base/err.h"\n\nint f(void)\n{\n\treturn 0;\n}\n'
LONG_FUNCTION = "int f(void)\n{\n" + "\n" * 79 + "}\n"

# (lint, file, its text, part of the complaint; None: no complaint)
CASES = [
    (layers, "src/num/a.c", GOOD, None),
    (layers, "src/num/a.c", '#include "db/db.h"\n', "src/num must not include db/db.h"),
    (layers, "src/base/a.h", '#include "num/tile.h"\n', "src/base must not include num/tile.h"),
    (layers, "src/report/a.c", '#include "train/trainer.h"\n', "src/report must not include"),
    (layers, "src/app/a.c", '#include "cli/cli.h"\n', "src/app must not include"),
    (layers, "src/app/a.c", "#include <sqlite3.h>\n", "only src/db includes sqlite3.h"),
    (layers, "src/train/a.c", "#include <cblas.h>\n", "only src/num includes cblas.h"),
    (layers, "src/app/a.c", '#include "csv.h"\n', "only src/data includes csv.h"),
    (layers, "src/app/a.c", "#include <getopt.h>\n", "only src/cli includes getopt.h"),
    (layers, "src/db/a.c", "#include <pthread.h>\n", "only src/app base lib record includes pthread.h"),
    (layers, "src/num/a.c", '#include "tile.h"\n', "without its folder"),
    (layers, "src/a.c", GOOD, "not in a folder of the layer table"),
    (layers, "src/helm/a.c", GOOD, "not in a folder of the layer table"),
    (layers, "src/app/a.c", 'int a = puts("x");\n', "only src/cli may use puts"),
    (layers, "src/app/a.c", "void f(void)\n{\n\tfputs(a, stderr);\n}\n", "only src/cli may use stderr"),
    (layers, "src/app/a.c", "char *a = getenv(b);\n", "only src/cli may use getenv"),
    (layers, "src/base/process.c", "void f(void)\n{\n\t_exit(1);\n}\n", None),
    (layers, "src/base/file.c", "void f(void)\n{\n\t_exit(1);\n}\n", "only src/cli may use _exit"),
    (layers, "src/app/a.c", '/* exit(1) */ char *a = "exit(1)";\n', None),
    (layers, "src/cli/a.c", "#include <getopt.h>\nint a = puts(b);\n", None),
    (sizes, "src/num/a.c", GOOD + "\n" * 492, None),
    (sizes, "src/num/a.c", "\n" * 501, "501 lines"),
    (sizes, "tests/unit/a.c", "\n" * 501, "501 lines"),
    (sizes, "src/num/a.c", LONG_FUNCTION, "a function of 81 lines"),
    (sizes, "src/num/a.c", LONG_FUNCTION.replace("\n\n", "\n", 1), None),
    (names, "src/num/tile.c", GOOD, None),
    (names, "src/num/utils.c", GOOD, "a name that says nothing"),
    (names, "src/base/string_util.h", GOOD, "a name that says nothing"),
    (names, "src/common/a.c", GOOD, "a name that says nothing"),
    (names, "src/db/types.h", GOOD, "a name that says nothing"),
    (names, "src/num/a.c", "/* TO" "DO: more */\n", "something left undone"),
    (names, "src/num/a.c", "void f(void)\n{\n\tgoto end;\nend:\n}\n", "goto"),
    (goldens, "reports/a.sql", "SELECT 1\n", "has no golden test, tests/sql/report_a.golden"),
    (goldens, "tests/sql/report_a.golden", "$ hardrow report a\n", "is not in the lists of tests/meson.build"),
    (goldens, "tests/meson.build", "'report_a',\n", None),
    (format, "src/num/a.c", GOOD, None),
    (format, "src/num/a.c", "int  a;\n", "clang-format-violations"),
    (format, "tests/unit/a.c", "int f(void) {\n  return 0;\n}\n", "clang-format-violations"),
]


def run_case(lint, file, text, complaint):
    """None if the lint says what it should, else what it said."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, file)
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
        said = lint.check(pathlib.Path(folder))
    if complaint is None:
        return said or None
    return None if said and all(complaint in line for line in said) else said or ["nothing"]


def main():
    passed = failed = skipped = 0
    for lint, file, text, complaint in CASES:
        if lint is format and format.find_clang_format() is None:
            skipped += 1
            print(f"SKIP: format {file}: no clang-format 14")
            continue
        said = run_case(lint, file, text, complaint)
        passed += said is None
        failed += said is not None
        if said is not None:
            print(f"{lint.__name__} on {file} {text[:60]!r}: expected {complaint!r}, said {said}")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    raise SystemExit(1 if failed else 0)


main()
