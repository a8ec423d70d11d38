#!/usr/bin/env python3
"""Turns datasets/catalogue.ini into a C header: its text and the names of its sections.

    embed.py CATALOGUE.INI OUTPUT.H
"""

import pathlib
import re
import sys

# libinih reads lines into a buffer of 200 bytes, with the line break and a NUL.
LONGEST_LINE = 198


def main():
    lines = pathlib.Path(sys.argv[1]).read_text(encoding="ascii").splitlines()
    for number, line in enumerate(lines, 1):
        if len(line) > LONGEST_LINE:
            sys.exit(f"{sys.argv[1]}:{number}: {len(line)} bytes; the most is {LONGEST_LINE}")
    names = [match[1] for match in map(re.compile(r"\[(.+)\]$").match, lines) if match]
    if len(set(names)) != len(names):
        sys.exit(f"{sys.argv[1]}: a section occurs twice")
    # Numbers, since ISO C promises string literals of 4095 bytes only.
    rows = ["\t" + " ".join(f"{byte}," for byte in (line + "\n").encode()) for line in lines]
    header = "/* Made from datasets/catalogue.ini by src/data/embed.py. */\n"
    header += "static const char catalogue_text[] = {\n" + "\n".join(rows) + "\n\t0,\n};\n\n"
    header += "static const char *const catalogue_names[] = {\n"
    header += "".join(f'\t"{name}",\n' for name in names) + "};\n"
    pathlib.Path(sys.argv[2]).write_text(header, encoding="ascii")


if __name__ == "__main__":
    main()
