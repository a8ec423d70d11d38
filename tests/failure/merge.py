#!/usr/bin/env python3
"""merge.py HARDROW: kill -9 of a merge of two files at any time, HARDROW_SOAK=N times instead of 20.

What is left has none or all of the runs of each file, `verify` finds nothing, and the same command brings the rest; what
is merged from is as it was.
"""

import hashlib
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

HARDROW = os.path.abspath(sys.argv[1])
SOURCE = pathlib.Path(__file__).resolve().parents[2]
TIMES = int(os.environ.get("HARDROW_SOAK", "20"))


def run(folder, *arguments):
    return subprocess.run([HARDROW, *arguments], cwd=folder, capture_output=True, text=True,
                          env={**os.environ, "HARDROW_DATA": str(SOURCE / "datasets")})


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def problem(folder, delay):
    """What is wrong after a kill so many seconds into the merge; None: nothing. And whether it was killed."""
    shutil.copy(folder / "before.db", folder / "into.db")
    merge = subprocess.Popen([HARDROW, "merge", "into.db", "a.db", "b.db"], cwd=folder, stdout=subprocess.DEVNULL)
    time.sleep(delay)
    merge.kill()
    killed = merge.wait() != 0
    done = run(folder, "verify", "--db", "into.db")
    if done.returncode != 0:
        return done.stdout + done.stderr, killed
    runs = sqlite3.connect(folder / "into.db").execute("SELECT count(*) FROM run").fetchone()[0]
    if runs not in (1, 3, 5):
        return f"{runs} runs", killed
    done = run(folder, "merge", "into.db", "a.db", "b.db")
    if done.returncode != 0 or "into.db: %d runs added" % (5 - runs) not in done.stdout:
        return done.stdout + done.stderr, killed
    return None, killed


def main():
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        run(folder, "train", "-q", "--data", "iris", "--epochs", "3", "--db", "before.db")
        for name in "ab":
            for seed in "12":
                run(folder, "train", "-q", "--data", "balance-scale", "--epochs", "400", "--seed", seed, "--db", f"{name}.db")
        before = [sha256(folder / f"{name}.db") for name in "ab"]
        shutil.copy(folder / "before.db", folder / "into.db")
        start = time.monotonic()
        run(folder, "merge", "into.db", "a.db", "b.db")
        whole = time.monotonic() - start
        kills = 0
        for i in range(TIMES):
            wrong, killed = problem(folder, whole * (i + 1) / (TIMES + 1))
            kills += killed
            if wrong is not None:
                print(f"killed after {i + 1}/{TIMES + 1}: {wrong}")
            failed += wrong is not None
            passed += wrong is None
        if kills == 0 or before != [sha256(folder / f"{name}.db") for name in "ab"]:
            print(f"{kills} kills; the files that are read are not as they were" if kills else "nothing was killed")
            failed += 1
    print(f"{passed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
