#!/usr/bin/env python3
"""tests/cli/terminal.py HARDROW: what names hold never reaches a terminal as it is, and a pipe always.

Every command that shows names is run on a pseudo-terminal, on data, columns, classes, paths and words of the command
line that hold controls, marks of direction and bytes that are not UTF-8. The last line is `N passed, N failed`.
"""

import os
import fcntl
import pty
import re
import sqlite3
import struct
import subprocess
import sys
import tempfile
import termios
import unicodedata

HARDROW = os.path.abspath(sys.argv[1])
DATASETS = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../datasets"))
# Not the sequences that hardrow has of its own: bold, and the end of the progress bar.
NASTY = b"x\x1b]0;t\x07\x7f" + "\u009b31m\u202ey".encode() + b"\xffz"
CLEAN = b"x?]0;t???31m?y?z"
OWN = re.compile(rb"\x1b\[[01]m|\x1b\[K|\r")
DRIVES = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

os.environ.pop("COLUMNS", None)
passed = failed = 0


def check(what, good, seen):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print(f"{what}: {seen!r}")


def on_terminal(*arguments, columns=0, environment=os.environ):
    """What a terminal gets of the command's output and errors."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    child = subprocess.Popen([HARDROW, *arguments], stdin=subprocess.DEVNULL, stdout=slave, stderr=slave, env=environment)
    os.close(slave)
    seen = b""
    while True:
        try:
            some = os.read(master, 65536)
        except OSError:  # how Linux says that the other end is closed
            some = b""
        if some == b"":
            break
        seen += some
    os.close(master)
    child.wait()
    return seen


def to_pipe(*arguments):
    return subprocess.run([HARDROW, *arguments], stdout=subprocess.PIPE, check=True).stdout


def is_clean(seen):
    try:
        return not DRIVES.search(OWN.sub(b"", seen).decode())
    except UnicodeDecodeError:
        return False


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    rows = b"".join(b"%d,%d,%s\n" % (i, i * i % 7, b"b" if i % 3 else NASTY) for i in range(30))
    write(NASTY + b".csv", (b"a," + NASTY + b",class\n" + rows).replace(b"\xff", b""))  # A CSV file is UTF-8.
    rows = b"".join(b"%s,%d,%d.5\n" % (b"b" if i % 3 else NASTY, i % 7, i) for i in range(30))
    write(b"numbers.csv", (NASTY + b"," + NASTY + b"y,number\n" + rows).replace(b"\xff", b""))
    write(b"own.sql", b"-- title: t\n-- heading: h " + NASTY + b"\n-- note: n " + NASTY + b"\nSELECT 1 AS one, '"
          + NASTY + b"' AS _note")
    write(b"grid.sql", b"-- pivot: row=r, column=c, cell=v\nSELECT '" + NASTY + b"' AS r, '" + NASTY + b"' AS c, '"
          + NASTY + b"' AS v")
    write(b"sweep.ini", b"[sweep]\nname = " + NASTY + b"\ndatasets = iris\nmethods = base\n[settings]\nepochs = 1\n")
    column = b'SELECT name AS "' + NASTY + b'" FROM class ORDER BY name DESC LIMIT 1'
    calls = [
        (b"train", b"--data", NASTY + b".csv", b"--epochs", b"3", b"--record-weights", b"every:1"),
        (b"runs",), (b"show", b"1"), (b"report", b"hardest", b"--run", b"1"),
        (b"report", b"unlearning-frequency"), (b"report", b"--file", b"own.sql"), (b"report", b"--file", b"grid.sql"),
        (b"report", b"--file", b"own.sql", b"--sql"), (b"influence", b"--run", b"1", b"--instance", b"0"),
        (b"sql", column), (b"sql", column, b"-f", b"csv"), (b"sql", column, b"-f", b"json"),
        (b"adjust", b"1", b"--adjustment", b"post-hoc"), (b"compare", b"1", b"2"),
        (b"whatif", b"1", b"--method", b"difficulty"), (b"whatif", b"1", b"--method", b"difficulty", b"--instances"),
        (b"export", b"1", b"--out", NASTY), (b"verify",),
        (b"train", b"--data", NASTY + b".csv", b"--epochs", b"1", b"--folds", b"2", b"--groups", NASTY[:-2]),
        (b"train", b"--data", b"numbers.csv", b"--task", b"regression", b"--target-bins", b"2", b"--epochs", b"2"),
        (b"show", b"4"), (b"compare", b"base", NASTY),
        # What goes wrong names what it is about.
        (NASTY,), (b"report", NASTY), (b"report", b"hardest", b"--run", NASTY), (b"sql", b"SELECT " + NASTY),
        (b"runs", b"--db", NASTY), (b"train", b"--data", NASTY), (b"sweep", b"sweep.ini", b"--data-dir", os.fsencode(DATASETS)),
        (b"runs", b"--experiment", NASTY),
    ]
    database = NASTY + b".db"
    for number, call in enumerate(calls):
        seen = on_terminal(*call, *(() if b"--db" in call else (b"--db", database)))
        if number == 0:
            with sqlite3.connect(os.fsdecode(database)) as connection:
                connection.execute("UPDATE class SET name = CAST(? AS TEXT) WHERE name <> 'b'", (NASTY,))
                connection.execute("UPDATE instance_summary SET class = CAST(? AS TEXT) WHERE class <> 'b'", (NASTY,))
        check(call, is_clean(seen), seen)
        # JSON writes C0 as escapes of its own; 'adjust' names nothing.
        check(call, CLEAN in seen or b"json" in call or b"adjust" in call, seen)
    for shape, wanted in (b"csv", NASTY), (b"json", "\u009b31m\u202ey\ufffdz".encode()):
        seen = to_pipe(b"sql", column, b"-f", shape, b"--db", database)
        check(shape, seen.count(wanted) == 2, seen)


def width(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


# A table and its notes are as wide as the terminal, whatever the locale; COLUMNS says otherwise, and a pipe gets one piece.
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    write("wide.csv", "漢字,é,class\n".encode() + "".join(f"{i},{i * i % 7},{'ab漢'[i % 3]}\n" for i in range(30)).encode())
    plain = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LANG") and not name.startswith("LC_")}
    train = ["train", "--data", os.path.abspath("wide.csv"), "--epochs", "2", "--quiet"]
    subprocess.run([HARDROW, *train], check=True, stdout=subprocess.DEVNULL, env=plain)
    for call in ["report", "hardest"], ["runs"], ["sql", "SELECT * FROM instances"], ["datasets"], ["methods"], ["whatif", "1", "--method", "difficulty"]:
        for columns, environment in (70, plain), (0, plain | {"COLUMNS": "70", "LC_ALL": "C"}):
            lines = OWN.sub(b"", on_terminal(*call, columns=columns, environment=environment)).decode().split("\n")
            tables = [i for i, line in enumerate(lines) if re.fullmatch("-[- ]*", line)]
            check(f"{call} in {columns}", tables, lines)
            check(f"{call} in {columns}", max(map(width, lines)) <= 70, lines)
        check(f"{call} in a pipe", max(map(width, to_pipe(*call).decode().split("\n"))) > 70, call)
    # Errors and notices, too, but commands that people copy are not broken.
    for call in ["sql", "SELECT '" + "blanks " * 20], ["report", "hardest", "--experiment", "none"], ["sql", "." + "a b" * 20], ["predict", "1", "none.csv"]:
        seen = on_terminal(*call, columns=70, environment=plain).decode().replace("\r", "")
        whole = re.sub("'[^']*'|\"[^\"]*\"", "", seen)
        check(f"{call} in 70", max(map(width, whole.split("\n"))) <= 70 and seen.count("\n") >= 1, seen)
    seen = on_terminal("sql", "SELECT '漢字' AS a, 1 AS b", columns=70, environment=plain).decode()
    check("漢字", "\n漢字  1" in seen.replace("\r", ""), seen)

print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
