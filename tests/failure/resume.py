#!/usr/bin/env python3
"""Stopped and resumed is never stopped: resume.py HARDROW

Trains each configuration once to its end, and again with a kill -9 or a Ctrl-C at a pseudo-random moment, resumed until it is
done; then every row of the two files is equal, seconds, times and processes left aside.
"""

import contextlib
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

HARDROW = os.path.abspath(sys.argv[1])
DATA = pathlib.Path(__file__).resolve().parents[2] / "datasets"
COMMON = ["--data", "glass", "--scale", "standard", "--data-dir", DATA, "--record", "every:70", "--record-weights", "last"]
CONFIGURATIONS = [
    ["--method", "difficulty", "--model", "mlp", "--hidden", "16", "--dropout", "0.3", "--optimizer", "adam"],
    ["--method", "crt", "--model", "mlp", "--hidden", "8", "--schedule", "cosine"],
    ["--method", "tau-norm", "--tune-folds", "2"],
    ["--loss", "ghm", "--sampler", "self-paced", "--record", "last"],
    ["--optimizer", "lbfgs", "--method", "difficulty", "--apply", "weight", "--model", "mlp", "--hidden", "8"],
    ["--method", "meta-weight-net", "--meta-rate", "0.05"],
]
QUERIES = [
    "SELECT run_id, epoch, instance_id, predicted, p_true, du, dl, difficulty, weight, draws FROM main.dynamics",
    "SELECT * FROM weights ORDER BY 1, 2, 3, 4",
    "SELECT * FROM instance_summary ORDER BY 1, 2",
    "SELECT * FROM class_epochs ORDER BY 1, 2, 3, 4",
    "SELECT run_id, status, message, chosen, settings, epochs, run_key FROM runs",
    "SELECT count(*) FROM block",
    "SELECT count(*) FROM state",
]
passed = failed = 0


def check(name, is_right):
    global passed, failed
    passed += bool(is_right)
    failed += not is_right
    if not is_right:
        print(name)


def rows(db):
    with contextlib.closing(sqlite3.connect(db)) as connection:
        columns = [name for _, name, *_ in connection.execute("PRAGMA table_info(epochs)") if name != "seconds"]
        said = [connection.execute(query).fetchall() for query in QUERIES]
        said.append(connection.execute(f"SELECT {', '.join(columns)} FROM epochs ORDER BY 1, 2").fetchall())
        said.append(connection.execute("PRAGMA integrity_check").fetchall())
        return said


def run(*arguments):
    return subprocess.run([HARDROW, *map(str, arguments)], capture_output=True, text=True, timeout=300, check=False)


def stop(how, delay, *arguments):
    """Whether the command was stopped before its end."""
    with subprocess.Popen([HARDROW, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        time.sleep(delay)
        process.send_signal(how)
        return process.wait(timeout=60) != 0


def compare(number, configuration, how, generator):
    whole, parts = f"whole{number}.db", f"parts{number}-{how}.db"
    command = ["train", "-q", *COMMON, "--epochs", 10000, "--checkpoint", "0.05", *configuration]
    if not os.path.exists(whole):
        start = time.monotonic()
        check(f"{number}: {configuration}", run(*command, "--db", whole).returncode == 0)
        compare.seconds = time.monotonic() - start
    stopped = stop(how, compare.seconds * generator.uniform(0.4, 0.8), *command, "--db", parts)
    rounds = 0
    while stopped and rounds < 3:
        rounds += 1
        stopped = stop(how, compare.seconds * generator.uniform(0.1, 0.3), "resume", "1", "-q", "--checkpoint", "0.05",
                       "--db", parts)
    with contextlib.closing(sqlite3.connect(parts)) as connection:
        has_state = connection.execute("SELECT count(*) FROM state").fetchone()[0] > 0
        is_done = ("done",) in connection.execute("SELECT status FROM run").fetchall()
    if not has_state and not is_done:
        return False  # it was stopped before its first checkpoint
    if not is_done:
        result = run("resume", "1", "-q", "--db", parts)
        check(f"{number}, {how}: {result.stderr}", result.returncode == 0)
    for query, one, other in zip([*QUERIES, "epochs", "integrity"], rows(whole), rows(parts)):
        check(f"{number}, {how}, after {rounds + 1} stops: {query}", one == other)
    return True


def train_further():
    """A finished run that is trained on is one that had so many epochs from the start."""
    command = ["train", "-q", *COMMON, "--record", "every:10", "--method", "difficulty"]
    check("further: first", run(*command, "--epochs", 100, "--keep-state", "--db", "further.db").returncode == 0)
    check("further: again", run("resume", "1", "-q", "--epochs", 250, "--db", "further.db").returncode == 0)
    check("further: at once", run(*command, "--epochs", 250, "--db", "at-once.db").returncode == 0)
    for query, one, other in zip([*QUERIES, "epochs", "integrity"], rows("at-once.db"), rows("further.db")):
        check(f"further: {query}", one == other)


def main():
    generator = random.Random(8)
    compared = 0
    for number, configuration in enumerate(CONFIGURATIONS):
        for how in (signal.SIGKILL, signal.SIGINT):
            compared += compare(number, configuration, how, generator)
    check(f"{compared} of {2 * len(CONFIGURATIONS)} runs compared", compared >= len(CONFIGURATIONS))
    train_further()


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    main()
    os.chdir("/")
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
