#!/usr/bin/env python3
"""Turns the page's parts into one C source file: see parts.h.

    embed.py page.html STYLE.css... SCRIPT.js... OUTPUT.c

The styles stand for the line `{{styles}}` of the page, the scripts for `{{scripts}}`, and at `{{data}}` the page is cut in
two. Refused: a text that is not ASCII, a style or script that would end its element, a page without the three lines.
"""

import pathlib
import re
import sys

# What HTML looks for in the text of these elements.
ENDS = re.compile(r"</(script|style)|<!--", re.I)


def read(path):
    text = pathlib.Path(path).read_bytes().decode()
    if not text.isascii() or "\0" in text:
        # Where char is signed, a number above 127 would not fit.
        sys.exit(f"{path}: holds a letter that is not ASCII, or a NUL: write \\u and its number")
    if not path.endswith(".html") and ENDS.search(text):
        sys.exit(f"{path}: holds '{ENDS.search(text)[0]}'")
    return text


def c_array(name, text):
    # Numbers, since ISO C promises string literals of 4095 bytes only.
    data = text.encode() + b"\0"
    rows = [",".join(map(str, data[at:at + 32])) + "," for at in range(0, len(data), 32)]
    return f"const char {name}[] = {{\n" + "\n".join(rows) + "\n};\n"


def main():
    page, *parts, output = sys.argv[1:]
    text = read(page)
    for line in ("{{styles}}\n", "{{data}}\n", "{{scripts}}\n"):
        if text.count(line) != 1:
            sys.exit(f"{page}: no line {line.strip()}, or several")
    for mark, element, ending in (("{{styles}}\n", "style", ".css"), ("{{scripts}}\n", "script", ".js")):
        elements = "".join(f"<{element}>\n{read(part)}</{element}>\n" for part in parts if part.endswith(ending))
        text = text.replace(mark, elements)
    head, tail = text.split("{{data}}\n")
    if not all(0 < ord(letter) < 128 for letter in text):
        # A char is signed here or there: numbers above 127 would not fit.
        sys.exit(f"{page}: a part holds a letter that is not ASCII: write \\u….")
    source = '/* Made by src/page/embed.py. */\n#include "page/parts.h"\n\n'
    source += c_array("page_head", head) + "\n" + c_array("page_tail", tail)
    pathlib.Path(output).write_text(source, encoding="ascii")


if __name__ == "__main__":
    main()
