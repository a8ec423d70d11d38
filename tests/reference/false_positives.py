#!/usr/bin/env python3
"""How often comparisons find what is not there: false_positives.py HARDROW [--draws N] [--tables N]. Plain Python, minutes.

Intervals: N draws of 200 rows of robot-4, base against difficulty on 10 and on 50 splits of each draw. Their true
difference on such data is its mean over the draws; a false positive is an interval of one draw that does not hold it.

Tables: base and 38 copies of it, which differ in their seed alone, on the ten data sets, 10 splits; a false positive is a
table in which some copy is told from base. And of six of them: rows with a winner.
"""

import argparse
import csv
import io
import os
import pathlib
import random
import subprocess
import tempfile

SETTINGS = """[settings]
scale = standard
stratified = yes
optimizer = adam
learning-rate = 0.03
weight-decay = 0.0001
batch-size = 32
epochs = 60
record = none
"""
TEN = "sonar balance-scale cmc ecoli glass heart iris robot-4 seeds wine".split()
INTERVALS = """
SELECT dataset, avg(d) AS mean, resampled_half_width(d, 0, 0.95) AS rows_half, resampled_half_width(d, 0.25, 0.95) AS half
FROM (SELECT dataset, sum(iif(method = 'base', -1, 1) * test_accuracy) AS d FROM runs GROUP BY dataset, split_seed)
GROUP BY dataset"""


def wrap(words):
    """A list that goes on in the next line: lines of a sweep file are short."""
    return ",\n  ".join(words)


class Hardrow:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def __call__(self, *arguments):
        done = subprocess.run([self.program, *arguments], cwd=self.folder, capture_output=True, text=True, check=True)
        return done.stdout

    def rows(self, *arguments):
        return list(csv.DictReader(io.StringIO(self(*arguments, "--format", "csv"))))

    def sweep(self, name, datasets, methods, splits, sections=""):
        (self.folder / "s.ini").write_text(
            f"[sweep]\nname = {name}\ndatasets = {wrap(datasets)}\nmethods = {wrap(methods)}\nsplits = {splits}\n"
            f"record_splits = 0\n{SETTINGS}{sections}")
        self("sweep", "s.ini", "--db", f"{name}.db", "--quiet")


def find_robot(folders):
    for folder in folders:
        path = pathlib.Path(folder) / "robot-4.csv"
        if path.exists():
            return path.read_text().splitlines()
    raise SystemExit("robot-4.csv is in no folder of HARDROW_DATA: 'hardrow datasets fetch robot-4'")


def intervals(hardrow, draws, splits):
    head, *rows = find_robot(os.environ.get("HARDROW_DATA", "").split(":"))
    for i in range(draws):
        chosen = random.Random(i).sample(rows, 200)
        (hardrow.folder / f"d{i}.csv").write_text("\n".join([head, *chosen]) + "\n")
    hardrow.sweep(f"draws{splits}", [f"./d{i}.csv" for i in range(draws)], ["base", "difficulty"], splits)
    found = [{key: float(row[key]) for key in ("mean", "rows_half", "half")}
             for row in hardrow.rows("sql", INTERVALS, "--db", f"draws{splits}.db")]
    truth = sum(row["mean"] for row in found) / len(found)
    rates = {key: sum(abs(row["mean"] - truth) > row[key] for row in found) / len(found) for key in ("rows_half", "half")}
    print(f"{splits} splits: of {len(found)} draws, for these rows {rates['rows_half']:.3f}, for new data "
          f"{rates['half']:.3f} do not hold the true difference of {100 * truth:+.2f} points", flush=True)


def copies(count, seed):
    names = [f"copy{i}" for i in range(1, count)]
    sections = "".join(f"[method {name}]\nmethod = base\nseed = {1000 * seed + i}\n" for i, name in enumerate(names, 1))
    return ["base", *names], sections


def is_some_told(rows):
    """Whether some copy is told from base: by each interval alone, and by Holm's p."""
    yield "for these rows", any(float(r["rows_low"]) > 0 or float(r["rows_high"]) < 0 for r in rows)
    yield "for new data", any(float(r["low"]) > 0 or float(r["high"]) < 0 for r in rows)
    yield "p (Holm)", any(float(r["p_holm"]) < 0.05 for r in rows)


def significant(hardrow, tables):
    counts = {}
    for table in range(tables):
        methods, sections = copies(39, table + 1)
        hardrow.sweep(f"copies{table}", TEN, methods, 10, sections)
        for what, told in is_some_told(hardrow.rows("report", "paired-differences", "--db", f"copies{table}.db")):
            counts[what] = counts.get(what, 0) + told
    print(f"of {tables} tables of 39 copies, some copy is told from base in: "
          + ", ".join(f"{what} {count}" for what, count in counts.items()), flush=True)


def bold(hardrow, tables):
    """A winner by the figures: one cell alone prints the best of its row. By the test: some cells are bold, others not."""
    report = hardrow("report", "accuracy-table", "--sql").replace("bold AS _best", "bold AS best")
    (hardrow.folder / "bold.sql").write_text(
        "\n".join(line for line in report.splitlines() if not line.startswith(("-- pivot", "-- below", "-- explain"))))
    old = new = 0
    for table in range(tables):
        methods, sections = copies(6, table + 1)
        hardrow.sweep(f"six{table}", TEN, methods, 10, sections)
        lines = {}
        for row in hardrow.rows("report", "--file", "bold.sql", "--db", f"six{table}.db"):
            if row["dataset"] != "average":
                lines.setdefault(row["dataset"], []).append((round(100 * float(row["mean"]), 1), row["best"] == "1"))
        old += sum([mean for mean, _ in line].count(max(line)[0]) == 1 for line in lines.values())
        new += sum(any(best for _, best in line) for line in lines.values())
    print(f"six copies: of ten rows, {old / tables:.1f} have one winner by the figures printed, {new / tables:.2f} have "
          f"bold cells by the test", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("hardrow", type=pathlib.Path)
    parser.add_argument("--draws", type=int, default=300)
    parser.add_argument("--tables", type=int, default=20)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        hardrow = Hardrow(arguments.hardrow.resolve(), pathlib.Path(folder))
        for splits in (10, 50):
            intervals(hardrow, arguments.draws, splits)
        bold(hardrow, arguments.tables)
        significant(hardrow, arguments.tables)


main()
