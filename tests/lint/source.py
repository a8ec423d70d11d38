"""What the lints share: the C files of a tree, C without comments and strings, and the way a lint ends."""

import pathlib
import re
import sys

COMMENT_OR_STRING = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def c_files(root, *folders):
    """All .c and .h files under the folders, sorted."""
    found = []
    for folder in folders:
        found += [path for path in pathlib.Path(root, folder).rglob("*") if path.suffix in (".c", ".h")]
    return sorted(found)


def bare_lines(path):
    """The lines of a C file with comments and the insides of strings blanked out; #include lines keep theirs."""

    def blank(match):
        text = match.group()
        if text.startswith('"'):
            return '""'
        return re.sub(r"[^\n]", " ", text)

    text = path.read_text(encoding="utf-8")
    bare = COMMENT_OR_STRING.sub(blank, text).split("\n")
    whole = text.split("\n")
    return [w if w.startswith("#include") else b for b, w in zip(bare, whole)]


def main(check):
    """Runs check(root) -> list of problems on the tree named on the command line."""
    problems = check(pathlib.Path(sys.argv[1]))
    for problem in problems:
        print(problem)
    sys.exit(1 if problems else 0)
