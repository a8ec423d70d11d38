#!/usr/bin/env python3
"""inputs.py HARDROW: files as people have them by mistake, and what is said of them or read from them.

Each case is a file, a call, its exit code and what its messages or its rows hold. The last line is `N passed, N failed`."""

import gzip
import os
import pathlib
import subprocess
import sqlite3
import sys
import tempfile

HARDROW = os.path.abspath(sys.argv[1])
TALLY = [0, 0]
ROWS = "".join(f"{i % 7},{i * i % 5},{'xy'[i % 2]}\n" for i in range(24))
PLAIN = "a,b,class\n" + ROWS
PREDICTED = "epoch,instance_id,class,p_a,p_b\n"
TRAIN = ["train", "-q", "--data", "t.csv", "--test-fraction", "0", "--epochs", "1", "--db", "t.db"]
CLASSES = "SELECT group_concat(name, '|') FROM class"
LINES = "SELECT group_concat(source_line) FROM instances"


def labelled(*classes):
    return "a,class\n" + "".join(f"{i},{name}\n" for i, name in enumerate(classes * 3))


def column(text):
    return "a,b,class\n" + "".join(f"{text(i)},{i * i % 5},{'xy'[i % 2]}\n" for i in range(24))


def target(text):
    return "a,y\n" + "".join(f"{i * 7 % 11},{text(i)}\n" for i in range(60))


# What is in t.csv, options of train, and its message; or, of what is read, a query and its result.
TRAININGS = [
    # Encodings and kinds of files.
    (PLAIN.encode("utf-16-le"), [], "t.csv: is UTF-16LE: 'iconv -f UTF-16LE -t UTF-8 t.csv'"),
    (PLAIN.encode("utf-16-be"), [], "is UTF-16BE"),
    (PLAIN.encode("utf-32"), [], "is UTF-32: 'iconv -f UTF-32"),
    (PLAIN.encode("utf-32-le"), [], "is UTF-32LE"),
    (PLAIN.replace("x", "\u2019").encode("cp1252"), [], "t.csv:2: byte 0x92 is not UTF-8: save the file as UTF-8; if it is Latin-1 or Windows-1252, 'iconv -f CP1252"),
    (PLAIN.replace("y", "\xe9").replace("\n", "\r").encode("latin-1"), [], "t.csv:3: byte 0xE9"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), [], "t.csv: is an Excel file: save it as CSV"),
    (b"PAR1\x15\4" + bytes(99), [], "is a Parquet file"),
    (PLAIN.replace("a,b", "PAR1,PAR2"), [], (LINES, ",".join(str(line) for line in range(2, 26)))),
    (b"\x93NUMPY\1\0" + bytes(99), [], "is an array of numpy"),
    (b"SQLite format 3\0" + bytes(99), [], "is a SQLite database"),
    (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", [], "is a pointer of Git LFS: 'git lfs pull'"),
    (gzip.compress(gzip.compress(PLAIN.encode())), [], "is compressed with gzip twice: read what 'gzip -dc t.csv'"),
    # The end of a file of DOS, and lines as other programs count them.
    (PLAIN + "\x1a\r\n", [], (LINES, ",".join(str(line) for line in range(2, 26)))),
    (PLAIN + "\x1a\0\0\0", [], (LINES, ",".join(str(line) for line in range(2, 26)))),
    ("\n\r".join(PLAIN.split("\n")), [], (LINES, ",".join(str(line) for line in range(2, 26)))),
    ("a,b,class\n1,\"l\rm\",x\n2,l,y\n3,l,x\n", [], (LINES, "2,3,4")),
    # Header rows.
    ("green,huge,z\n" + "red,big,x\nblue,big,y\nred,small,x\nblue,small,y\n" * 2, [],
     "the first row is taken for a header row; --header no reads it as data"),
    ("?,?,x\n" + ROWS, ["--missing", "mean"], (LINES, ",".join(str(line) for line in range(1, 26)))),
    # Missing values as other programs write them, and classes of these names.
    (PLAIN + "#N/A,-nan,x\n<NA>,\\N,y\n", ["--missing", "drop"], ("SELECT count(*) FROM instances", 24)),
    (labelled("NA", "EU"), [], "t.csv:2: column 'class': a missing label, the first of 3; '--missing drop' accepts it, '--missing-values -' makes a class of 'NA'"),
    (labelled("NA", "EU"), ["--missing-values", "-"], (CLASSES, "EU|NA")),
    # Numbers that are written otherwise.
    (column(lambda i: f"{i % 5} 000"), [], "t.csv:2: column 'a': '0 000' is a number with blanks between thousands"),
    (column(lambda i: f"{i % 5}\u00a0000"), [], "is a number with blanks between thousands"),
    (column(lambda i: f"{i % 5}'000"), [], "'0'000' is a number with apostrophes between thousands"),
    (column(lambda i: f"{i % 5} \u20ac"), [], "is an amount of money"),
    (column(lambda i: f'"{i},000"'), [], "column 'a' is left out: it has another text in every row, as '0,000', a number with commas between thousands"),
    (labelled("100000000000000000001", "100000000000000000002"), [], (CLASSES, "100000000000000000001|100000000000000000002")),
    (labelled("1.0", "2", "1"), [], (CLASSES, "1|2")),
    # A target that is not written as plain numbers is one.
    (target(lambda i: f'"{i * 37 % 50},000"'), [], "has 50 numbers for classes; --task regression"),
    (target(lambda i: f"${i * 37 % 50}"), [], "has 50 numbers for classes; --task regression"),
    (target(lambda i: "high" if i == 3 else f"{i * 37 % 50}.5"), [], "numbers for classes; --task regression"),
    (target(lambda i: f"${i * 37 % 50}"), ["--task", "regression"], "t.csv:2: column 'y': '$0' is an amount of money: make it a number\n"),
    # Numbers of rows.
    ("listing_id,a,class\n" + "".join(f"{i + 7001},{i % 5},{'xy'[i % 2]}\n" for i in range(24)), [],
     "t.csv: column 'listing_id' is left out: it counts the rows"),
    (column(lambda i: i + 7001), [], ("SELECT count(*) FROM feature", 2)),
    # The label stays.
    (PLAIN, ["--drop", "a,class"], "t.csv:1: column 'class' is the label and cannot be dropped; --label says which one is\n"),
    # Numbers that single precision does not hold.
    (PLAIN, ["--floor", "1e-300"], "'1e-300' will not do: floor"),
    (PLAIN, ["--prior", "1e-300"], "'1e-300' will not do: prior"),
]
IMPORTS = [
    (PREDICTED + "1,0,a,inf,0\n1,1,b,.5,.5\n", "p.csv:2: column 'p_a': 'inf' is not a probability\n"),
    (PREDICTED + "1,0,a,foo,0\n1,1,b,.5,.5\n", "p.csv:2: column 'p_a': 'foo' is not a number\n"),
    (PREDICTED + "1,0,a,90%,10%\n1,1,b,.5,.5\n", "p.csv:2: column 'p_a': '90%' is a percentage: make it a number\n"),
    (PREDICTED + "1,0,a,.5,.5\n1,1,a,.5,.5\n", "p.csv: column 'class' holds one class only, 'a'; two are needed\n"),
    ("# by hand\n" + PREDICTED + "1,0,a,.5,.5\n", "p.csv:1: no column is called 'class'; there are '#', 'by', 'hand'\n"),
    ("epoch,instance_id,class,p_a,p_b,p_b\n1,0,a,.5,.2,.3\n1,1,b,.5,.2,.3\n", "p.csv:1: two columns are called 'p_b'\n"),
    (PREDICTED + "\"1\",1,0,a,.5,.5\n\"2\",1,1,b,.5,.5\n\"3\",1,2,b,.5,.5\n", "p.csv:2: 6 fields, but the header row has 5"),
    ("," + PREDICTED + "0,1,0,a,.5,.5\n1,1,1,b,.25,.75\n", None),
    ((PREDICTED + "1,0,a,.5,.5\n1,1,b,.25,.75\n").replace(",", ";").replace(".", ","), None),
    ((PREDICTED + "1,0,a,.5,.5\n1,1,b,.25,.75\n").replace("\n", ",\n"), None),
]
PREDICTIONS = [
    (PLAIN, "a,b\ninf,1\n", "n.csv:2: column 'a': 'inf' is not a number\n"),
    (PLAIN, "a,b\n1e400,1\n", "n.csv:2: column 'a': '1e400' is not a number\n"),
    (PLAIN, "a,b\n1e39,1\n", "column 'a': 1e+39 is too large beside the others: correct it\n"),
    (PLAIN, "", "n.csv: is empty"),
    # Columns without a name of their own: the file that was trained on is read.
    ("a,a,class\n" + ROWS, None, None),
    ("a,,class\n" + ROWS, None, None),
    ("b,c,class\n" + "".join(f"{i * i % 5},{row}\n" for i, row in enumerate(ROWS.splitlines())), None, None),
    (ROWS, None, None),
]


def check(name, right, *said):
    TALLY[0 if right else 1] += 1
    if not right:
        print(f"wrong: {name!r:.200}:", *said)


def run(*arguments):
    for name in pathlib.Path().glob("t.db*"):
        name.unlink()
    return hardrow(*arguments)


def hardrow(*arguments):
    return subprocess.run([HARDROW, *arguments], capture_output=True, text=True, timeout=60, check=False)


def ask(query):
    with sqlite3.connect("t.db") as connection:
        return connection.execute(query).fetchone()[0]


def write(name, content):
    pathlib.Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())


def trainings():
    for content, options, expected in TRAININGS:
        write("t.csv", content)
        done = run(*TRAIN, *options)
        if isinstance(expected, tuple):
            right = done.returncode == 0 and ask(expected[0]) == expected[1]
        else:
            right = expected in done.stderr and (done.returncode == 0 or done.stderr.count("\n") == 1)
        check(content, right, done.returncode, done.stderr)


def large_in_the_test_part():
    """One number of the test part must not take all of its predictions away."""
    write("t.csv", PLAIN)
    write("other.csv", "a,b,class\n1e39,1,x\n1,1,y\n")
    done = run("train", "-q", "--data", "t.csv", "--test", "other.csv", "--model", "mlp", "--epochs", "1", "--db", "t.db")
    check("test part", done.returncode == 1 and "column 'a': 1e+39 is too large beside the others" in done.stderr, done.stderr)


def imports():
    for content, expected in IMPORTS:
        write("p.csv", content)
        done = run("import", "p.csv", "--db", "t.db")
        right = done.returncode == 1 and expected in done.stderr if expected is not None else \
            done.returncode == 0 and ask("SELECT group_concat(p_true) FROM dynamics") == "0.5,0.75"
        check(content, right, done.returncode, done.stderr)


def predictions():
    for content, new, expected in PREDICTIONS:
        write("t.csv", content)
        write("n.csv", content if new is None else new)
        trained = run(*TRAIN, "--model", "mlp")
        done = hardrow("predict", "1", "n.csv", "--db", "t.db")
        if expected is not None:
            right = done.returncode == 1 and expected in done.stderr
        else:
            right = [line.split(",")[1] for line in done.stdout.splitlines()[1:]] == \
                ask("SELECT group_concat(predicted) FROM dynamics").split(",")
        check(content, trained.returncode == 0 and right, trained.stderr, done.stderr)


def same_rows():
    """A test part of its own is the same in every split, which no interval allows for: the reports say so."""
    write("t.csv", PLAIN)
    write("s.ini", "[sweep]\nname = s\ndatasets = ./t.csv\nmethods = base, focal\nsplits = 3\n[settings]\nepochs = 1\ntest = t.csv\n")
    swept = run("sweep", "s.ini", "-q", "--db", "t.db")
    for report in (["paired-differences"], ["compare-methods", "--method", "base", "--other", "focal"]):
        done = hardrow("report", *report, "--db", "t.db")
        check(report, "The same rows test in every split of t: no interval" in done.stdout, swept.stderr, done.stdout, done.stderr)
    write("s.ini", pathlib.Path("s.ini").read_text().replace("test = t.csv", ""))
    run("sweep", "s.ini", "-q", "--db", "t.db")
    check("drawn splits", "The same rows" not in hardrow("report", "paired-differences", "--db", "t.db").stdout)


def copies():
    """Of a copy of a file in use, in a folder that cannot be written, the newest epochs may be missing: all say so."""
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.getuid() == 0 else []
    write("t.csv", PLAIN)
    run("train", "-q", "--data", "t.csv", "--epochs", "4", "--record-weights", "every:1", "--db", "t.db")
    with sqlite3.connect("t.db") as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    os.mkdir("copy")
    write("copy/t.db", pathlib.Path("t.db").read_bytes())
    os.chmod("copy", 0o555)
    for call in (["export", "1", "--what", "epochs", "--out", "out", "--db"], ["predict", "1", "t.csv", "--db"],
                 ["whatif", "1", "--method", "difficulty", "--db"], ["merge", "merged/m.db"], ["runs", "--db"]):
        os.makedirs("merged", exist_ok=True)
        os.chmod("merged", 0o777)
        done = subprocess.run([*nobody, HARDROW, *call, "copy/t.db"], capture_output=True, text=True, timeout=60, check=False)
        check(call, done.returncode == 0 and done.stderr == "hardrow: copy/t.db: a copy of a file in use, in a folder that "
              "cannot be written: its newest epochs may be missing\n", done.returncode, done.stderr)
    os.chmod("copy", 0o755)


with tempfile.TemporaryDirectory() as folder:
    os.chmod(folder, 0o777)
    os.chdir(folder)
    trainings()
    large_in_the_test_part()
    imports()
    predictions()
    same_rows()
    copies()

print(f"{TALLY[0]} passed, {TALLY[1]} failed")
sys.exit(TALLY[1] > 0)
