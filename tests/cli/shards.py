#!/usr/bin/env python3
"""shards.py HARDROW: the shards of a sweep, merged, are the sweep.

Every run is in one shard, whatever order they are done in and whether one is killed between; each row of each table is the
unsharded sweep's, but for ids, times, and where it ran. What --shard refuses, and what it calls its file.
"""

import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

HARDROW = os.path.abspath(sys.argv[1])
SOURCE = pathlib.Path(__file__).resolve().parents[2]
SWEEP = """[sweep]
name = shards
datasets = iris, glass, balance-scale
methods = base, difficulty, class-balanced
models = logreg, mlp
splits = 2
record_splits = 1
[settings]
epochs = 12
record-weights = last
[model mlp]
hidden = 8
[published base]
source = us
iris = 90
"""
SHARDS = 3
# What a run is called in all files, and likewise the rest; and what differs from one file to another.
NAMES = {
    "run_id": "SELECT run_id, dataset.name || ' ' || model || ' ' || method || ' ' || run.seed FROM run"
              " JOIN dataset USING (dataset_id)",
    "dataset_id": "SELECT dataset_id, name || sha256 FROM dataset",
    "split_id": "SELECT split_id, name || split.sha256 || split.seed FROM split JOIN dataset USING (dataset_id)",
    "experiment_id": "SELECT experiment_id, name FROM experiment",
    "block_id": "SELECT block_id, dataset.name || model || method || run.seed || ' ' || epoch || ' '"
                " || (block_id - first_block) FROM run JOIN dataset USING (dataset_id) JOIN epoch USING (run_id)"
                " JOIN block ON block_id BETWEEN first_block AND first_block + (instances - 1) / block_instances",
}
ELSEWHERE = {"run_uid", "writer_id", "pid", "argv", "started_at_ms", "finished_at_ms", "saved_at_ms", "seconds",
             "first_block", "source_run_id"}
NOT_RUNS = {"writer", "claim", "checksum"}


def run(folder, *arguments, code=0, env=None):
    done = subprocess.run([HARDROW, *arguments], cwd=folder, env={**os.environ, "HARDROW_DATA": str(SOURCE / "datasets"),
                                                                  **(env or {})}, capture_output=True, text=True)
    assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def rows(path):
    """{table: its rows, sorted, with names for ids}."""
    db = sqlite3.connect(path)
    names = {column: dict(db.execute(sql)) for column, sql in NAMES.items()}
    tables = {}
    for (table,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"):
        if table in NOT_RUNS:
            continue
        cursor = db.execute(f"SELECT * FROM {table}")
        columns = [column[0] for column in cursor.description]
        # The checksum of a block goes over its numbers alone, others over ids too.
        kept = [i for i, column in enumerate(columns)
                if column not in ELSEWHERE and (column != "checksum" or table == "block")]
        tables[table] = sorted(repr([names[columns[i]].get(row[i]) if columns[i] in names else row[i] for i in kept])
                               for row in cursor)
    return tables


def shard(folder, which, **options):
    return run(folder, "sweep", "s.ini", "-q", "-j1", "--db", "x.db", "--shard", which, **options)


def check_equal(folder):
    run(folder, "sweep", "s.ini", "-q", "-j2", "--db", "whole.db")
    slurm = {"SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_MAX": "3",
             "SLURM_ARRAY_TASK_COUNT": "3"}
    shard(folder, "slurm", env=slurm)  # the last
    killed = subprocess.Popen([HARDROW, "sweep", "s.ini", "-q", "-j1", "--db", "x.db", "--shard", "1/3"], cwd=folder,
                              env={**os.environ, "HARDROW_DATA": str(SOURCE / "datasets")}, stdout=subprocess.DEVNULL)
    while not (folder / "x.1-of-3.db.partial").exists():
        time.sleep(0.005)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert (folder / "x.1-of-3.db.partial").exists() and not (folder / "x.1-of-3.db").exists()
    for which in "1/3", "0/3", "1/3":
        shard(folder, which)
    assert "0 trained" in shard(folder, "0/3")
    assert not list(folder.glob("*.partial*"))
    sizes = [sqlite3.connect(folder / f"x.{i}-of-3.db").execute("SELECT count(*) FROM run").fetchone()[0]
             for i in range(3)]
    assert sum(sizes) == 36 and min(sizes) > 6, sizes
    files = [f"x.{i}-of-3.db" for i in (2, 0, 1)]
    run(folder, "merge", "merged.db", *files)
    run(folder, "merge", "merged.db", *files)
    run(folder, "verify", "--db", "merged.db")
    whole, merged = rows(folder / "whole.db"), rows(folder / "merged.db")
    assert whole.keys() == merged.keys()
    for table in whole:
        assert whole[table] == merged[table], (table, len(whole[table]), len(merged[table]),
                                               [pair for pair in zip(whole[table], merged[table]) if pair[0] != pair[1]][:1])
    # Nothing is left to do, in the merged file either.
    assert "36 already done, 0 trained" in run(folder, "sweep", "s.ini", "-q", "--db", "merged.db")
    tables = [run(folder, "report", "accuracy-table", "--db", f"{name}.db", "--format", "csv")
              for name in ("whole", "merged")]
    assert tables[0] == tables[1]


def check_order(folder):
    """The order in which the file lists its data sets and methods changes nothing about who has which run."""
    (folder / "other.ini").write_text(SWEEP.replace("iris, glass, balance-scale", "balance-scale, iris, glass")
                                      .replace("base, difficulty, class-balanced", "class-balanced, base, difficulty"))
    run(folder, "sweep", "other.ini", "-q", "--db", "y.db", "--shard", "0/3")
    keys = [sorted(sqlite3.connect(folder / f"{name}.0-of-3.db").execute("SELECT run_key FROM run"))
            for name in "xy"]
    assert keys[0] == keys[1]


def check_refused(folder):
    for which in "3/3", "1", "-1/3", "1/0", "a/3", "/", "1/3/4", "slurm":
        assert "--shard" in shard(folder, which, code=2)
    for first, last, count in (2, 4, 3), (0, 0, 1), (1, 4, 3):  # a part of an array, submitted again
        env = {f"SLURM_ARRAY_TASK_{name}": str(value)
               for name, value in (("ID", first), ("MIN", first), ("MAX", last), ("COUNT", count))}
        assert "scontrol requeue" in shard(folder, "slurm", code=2, env=env)
    (folder / "x.0-of-3.db-wal").touch()
    assert "another program has it open" in shard(folder, "0/3", code=1)
    (folder / "x.0-of-3.db-wal").unlink()
    missing = SWEEP.replace("iris, glass", "iris, fashion-mnist-that-is-not-here.csv, glass")
    (folder / "missing.ini").write_text(missing)
    done = subprocess.run([HARDROW, "sweep", "missing.ini", "-q", "--shard", "0/3"], cwd=folder, capture_output=True,
                          env={**os.environ, "HARDROW_DATA": str(SOURCE / "datasets")}, text=True)
    assert done.returncode != 0 and not list(folder.glob("hardrow.0-of-3*")), done


def main():
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "s.ini").write_text(SWEEP)
        for check in check_equal, check_order, check_refused:
            try:
                check(folder)
                passed += 1
            except AssertionError as error:
                print(f"{check.__name__}: {str(error)[:2000]}")
                failed += 1
    print(f"{passed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
