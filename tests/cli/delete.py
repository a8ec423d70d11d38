#!/usr/bin/env python3
"""delete.py PROGRAM: after `hardrow delete` nothing is left of the runs, in whatever table, and the others are as before.

A file with every kind of row: a sweep, an adjusted run, influences, plain rows, state, checksums, blocks of no epoch.
Tables are asked for, so that a new one with a run_id counts. The last line is `N passed, N failed`."""
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile

HARDROW = str(pathlib.Path(sys.argv[1]).resolve())
DATA = pathlib.Path(os.environ["HARDROW_SOURCE"], "datasets")
SWEEP = """[sweep]
name = two
datasets = iris
methods = base, bootstrap
splits = 2
[settings]
epochs = 3
record-weights = every:1
"""
failures = []
checks = 0


def check(what, holds):
    global checks
    checks += 1
    if not holds:
        failures.append(what)
        print(f"---- {what}")


def hardrow(*words):
    return subprocess.run([HARDROW, *words, "--db", "t.db"], capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL, env=os.environ | {"HARDROW_DATA": str(DATA)})


def done(*words):
    answer = hardrow(*words)
    check(f"{words}: {answer.stderr}", answer.returncode == 0)
    return answer.stdout


def ask(sql, *values):
    connection = sqlite3.connect("t.db")
    with connection:
        rows = connection.execute(sql, values).fetchall()
    connection.close()
    return rows


def tables(column):
    return [name for (name,) in ask(
        "SELECT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c ON c.name = ? WHERE m.type = 'table'", column)]


def rows_of(runs):
    """All that the file says of the runs: {table: rows}, and their blocks."""
    marks = ",".join("?" * len(runs))
    said = {table: sorted(ask(f"SELECT * FROM {table} WHERE run_id IN ({marks})", *runs), key=repr)
            for table in tables("run_id")}
    said["block"] = ask(
        "SELECT run_id, epoch, block.* FROM epoch JOIN run USING (run_id) JOIN dataset USING (dataset_id) JOIN block ON"
        " block_id BETWEEN first_block AND first_block + (instances - 1) / block_instances"
        f" WHERE run_id IN ({marks})", *runs)
    said["checksum"] = ask(f"SELECT * FROM checksum WHERE subject IN ('run', 'summary') AND id IN ({marks})", *runs)
    return said


def check_file(gone, others, before):
    check(f"integrity after {gone}", ask("PRAGMA integrity_check") == [("ok",)])
    check(f"references after {gone}", ask("PRAGMA foreign_key_check") == [])
    for table, rows in rows_of(gone).items():
        check(f"rows of {gone} in {table}", rows == [])
    for table, rows in rows_of(others).items():
        check(f"rows of the others in {table} after {gone}", rows == before[table])
    check(f"blocks of no epoch after {gone}", ask("SELECT count(*) FROM block")[0][0] == len(rows_of(others)["block"]))
    for table in ("split", "dataset"):
        key = table + "_id"
        check(f"a {table} without runs", ask(f"SELECT 1 FROM {table} WHERE {key} NOT IN (SELECT {key} FROM run)") == [])
        for child in tables(key):
            check(f"{child} without its {table}",
                  ask(f"SELECT 1 FROM {child} WHERE {key} NOT IN (SELECT {key} FROM {table})") == [])
        check(f"checksum without its {table}",
              ask(f"SELECT 1 FROM checksum WHERE subject = ? AND id NOT IN (SELECT {key} FROM {table})", table) == [])


def make():
    pathlib.Path("two.ini").write_text(SWEEP)
    done("sweep", "two.ini", "-q")
    done("train", "-q", "--data", "glass", "--epochs", "3", "--scale", "standard", "--record-weights", "every:1")
    for run in ("1", "2", "5"):
        done("influence", "--run", run, "--save")
        done("influence", "--run", run, "--instance", "3", "--save")
        done("materialize", run)
        done("adjust", run, "--adjustment", "post-hoc")
    done("train", "-q", "--data", "diabetes", "--task", "regression", "--epochs", "2", "--scale", "standard",
         "--learning-rate", "0.01")
    ask("INSERT OR REPLACE INTO state (run_id, part, epoch, saved_at_ms, value, checksum)"
        " SELECT run_id, 0, 3, 0, x'00', 0 FROM run")
    ask("INSERT OR REPLACE INTO checksum (subject, id, value) SELECT value, run_id, 1 FROM run,"
        " json_each('[\"run\",\"summary\"]') UNION ALL SELECT 'split', split_id, 1 FROM split"
        " UNION ALL SELECT 'dataset', dataset_id, 1 FROM dataset")
    # What libhardrow alone writes.
    ask("INSERT INTO partial_epoch (run_id, epoch, seen) SELECT run_id, epoch, 1 FROM epoch")
    ask("INSERT INTO own_series (run_id, epoch, name, block, value) SELECT run_id, epoch, 'loss', 0, x'00' FROM epoch")
    empty = [table for table, rows in rows_of([1, 2, 5, 9]).items() if rows == []]
    check(f"tables without a row: {empty}", empty == [])


def orphan():
    """Blocks of no epoch before, between and behind the others."""
    series = ", ".join(name for (name,) in ask("SELECT name FROM pragma_table_info('block') WHERE name <> 'block_id'"))
    for block in (-7, "(SELECT first_block FROM epoch WHERE run_id = 2 AND epoch = 2)", "(SELECT max(block_id) + 5 FROM block)"):
        if isinstance(block, str) and "epoch" in block:
            ask("UPDATE epoch SET first_block = NULL WHERE run_id = 2 AND epoch = 2")
        else:
            ask(f"INSERT INTO block (block_id, {series}) SELECT {block}, {series} FROM block LIMIT 1")


def long_run():
    """Of a long run that recorded little, most is rows of epochs and classes."""
    done("train", "-q", "--data", "glass", "--epochs", "8000", "--record", "last")
    before = os.path.getsize("t.db")
    said = float(re.search(r"about ([0-9.]+) MB", done("delete", "--yes", "1")).group(1)) * 1e6
    done("delete", "--vacuum")
    freed = before - os.path.getsize("t.db")
    check(f"about {said} bytes are {freed}", 0.7 < said / freed < 1.4)
    os.remove("t.db")


def main():
    long_run()
    make()
    orphan()
    everyone = {run for (run,) in ask("SELECT run_id FROM run")}
    # What is refused leaves the bytes as they are.
    ask("UPDATE run SET status = 'running', writer_id = NULL, pid = ?, host = ? WHERE run_id = 3", os.getpid(),
        os.uname().nodename)
    before = pathlib.Path("t.db").read_bytes()
    for words in (("1",), ("3",), ("4", "99"), ("--experiment", "none"), ("--experiment", "two")):
        check(f"{words} is refused", hardrow("delete", "--yes", *words).returncode == 1)
    check("an adjusted run keeps its source", "run 6 was adjusted from" in hardrow("delete", "-y", "1").stderr)
    check("without --yes nobody can be asked", hardrow("delete", "4").returncode == 2)
    check("the file as it was", pathlib.Path("t.db").read_bytes() == before)

    others = everyone - {4}
    before = rows_of(sorted(others))
    check("run 4", "1 run, 3 epochs" in done("delete", "--yes", "4"))
    check_file([4], sorted(others), before)
    ask("INSERT INTO dataset (name, sha256, label, missing, instances, features, classes)"
        " VALUES ('about to be used', '', '', '', 0, 0, 0)")
    done("delete", "--vacuum")
    check("a run in training keeps data", ask("SELECT count(*) FROM dataset") == [(4,)])

    ask("UPDATE run SET status = 'interrupted' WHERE run_id = 3")
    others -= {3}
    before = rows_of(sorted(others))
    done("delete", "--yes", "--status", "interrupted", "--experiment", "two")
    check_file([3, 4], sorted(others), before)
    check("the experiment stays", ask("SELECT count(*) FROM experiment") == [(1,)])

    ask("INSERT INTO writer VALUES (99, 'elsewhere', '', 0, 1, 1, strftime('%s', 'now') * 1000)")
    ask("INSERT INTO claim SELECT experiment_id, 'key', 99, NULL FROM experiment")
    check("a sweep at work is not disturbed", "is at work" in hardrow("delete", "-y", "--experiment", "two").stderr)
    ask("DELETE FROM claim")

    size = os.path.getsize("t.db")
    others = {run for (run,) in ask("SELECT run_id FROM run WHERE experiment_id IS NULL")}
    before = rows_of(sorted(others))
    check("says what is free", "1 data set that" in done("delete", "-y", "--experiment", "two", "--vacuum"))
    check_file(sorted(everyone - others), sorted(others), before)
    for table in tables("experiment_id"):
        check(f"{table} keeps the experiment", ask(f"SELECT 1 FROM {table} WHERE experiment_id IS NOT NULL") == [])
    check("the space is given back", os.path.getsize("t.db") < size)

    done("delete", "-y", *map(str, sorted(others)))
    check_file(sorted(everyone), [], {table: [] for table in rows_of([1])})
    check("an empty file trains again", hardrow("sweep", "two.ini", "-q").returncode == 0)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    main()
    os.chdir("/")
print(f"{checks - len(failures)} passed, {len(failures)} failed")
sys.exit(1 if failures else 0)
