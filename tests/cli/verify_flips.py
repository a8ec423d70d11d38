#!/usr/bin/env python3
"""Flips bits of a small file, one at a time, and asks 'hardrow verify': verify_flips.py HARDROW

Every flip after which some table shows other values, or cannot be read, must be found: an exit code above 0, no signal.
The last line printed is `N passed, N failed`.
"""

import hashlib
import os
import pathlib
import random
import sqlite3
import subprocess
import sys
import tempfile

HARDROW = os.path.abspath(sys.argv[1])
SOURCE = pathlib.Path(__file__).resolve().parents[2]
SEED, FLIPS = 20220619, int(os.environ.get("HARDROW_SOAK", "200"))
TINY = "a,b,class\n" + "".join(f"{i % 5}.5,{i * 7 % 11},{'xyz'[i % 3]}\n" for i in range(70))
SWEEP = """[sweep]
name = flips
datasets = tiny.csv
methods = base, difficulty
splits = 1
[settings]
epochs = 3
record_weights = every:1
"""


def run(folder, *arguments):
    return subprocess.run([HARDROW, *arguments, "--db", "t.db"], cwd=folder, capture_output=True, text=True, errors="replace",
                          timeout=60, check=False)


def contents(path):
    """A digest of all rows of all tables; None if they cannot be read."""
    digest = hashlib.sha256()
    try:
        db = sqlite3.connect(f"file:{path}?immutable=1", uri=True)
        db.text_factory = bytes
        tables = [name for name, in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'"
                                               " AND name NOT LIKE 'sqlite_%' ORDER BY name")]
        views = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'view' ORDER BY name").fetchall()
        digest.update(repr(views).encode())
        for table in tables:
            for row in db.execute(f'SELECT * FROM "{table.decode()}"'):
                digest.update(repr((table, row)).encode())
        return digest.digest()
    except (sqlite3.Error, UnicodeError):
        return None


def make(folder):
    """The file, in small pages, so that few of its bits are free."""
    pathlib.Path(folder, "tiny.csv").write_text(TINY)
    pathlib.Path(folder, "flips.ini").write_text(SWEEP)
    for arguments in (("sweep", "flips.ini", "-q"), ("train", "-q", "--data", "tiny.csv", "--epochs", "2"),
                      ("materialize", "3"), ("influence", "--run", "1", "--save"),
                      ("influence", "--run", "1", "--instance", "5", "--save"),
                      ("train", "-q", "--data", "tiny.csv", "--epochs", "2", "--record", "last", "--keep-state"),
                      ("resume", "4", "-q", "--epochs", "3", "--keep-state")):
        done = run(folder, *arguments)
        if done.returncode != 0:
            sys.exit(f"hardrow {' '.join(arguments)}: {done.stderr}")
    path = pathlib.Path(folder, "t.db")
    db = sqlite3.connect(path)
    # What the planner keeps is no part of what is recorded.
    db.executescript("PRAGMA journal_mode = DELETE; DROP TABLE IF EXISTS sqlite_stat1; PRAGMA page_size = 512; VACUUM")
    db.close()
    return path


def main():
    passed = failed = effective = 0
    with tempfile.TemporaryDirectory() as folder:
        path = make(folder)
        whole = bytearray(path.read_bytes())
        before = contents(path)
        done = run(folder, "verify")
        if done.returncode != 0 or done.stderr:
            sys.exit(f"the file itself is not right: {done.stdout}{done.stderr}")
        draw = random.Random(SEED)
        for _ in range(FLIPS):
            bit = draw.randrange(len(whole) * 8)
            flipped = bytearray(whole)
            flipped[bit // 8] ^= 1 << bit % 8
            path.write_bytes(flipped)
            differs = contents(path) != before
            effective += differs
            done = run(folder, "verify")
            if done.returncode < 0 or done.returncode > 100 or (differs and done.returncode == 0):
                failed += 1
                print(f"bit {bit % 8} of byte {bit // 8}: exit {done.returncode}: {done.stdout.strip()} {done.stderr.strip()}")
            else:
                passed += 1
            for left in ("t.db-wal", "t.db-shm", "t.db-journal"):
                pathlib.Path(folder, left).unlink(missing_ok=True)
    if effective < FLIPS // 3:
        failed += 1
        print(f"only {effective} of {FLIPS} flips changed anything")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
