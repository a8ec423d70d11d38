#!/usr/bin/env python3
"""experiments/table3.ini end to end, on the first split, with what must replicate of the paper's table: table3.py HARDROW

The ratios after re-balancing follow from the sizes alone for base, bootstrap and class-balanced (Cui et al. 2019, equation 2,
beta 0.9999, of 8377 even and 5022 odd instances); those of difficulty, and the order of the accuracies, from training.
Needs MNIST in $HARDROW_SHARED/datasets (default ../shared).
"""

import csv
import io
import os
import pathlib
import subprocess
import sys
import tempfile

HARDROW = os.path.abspath(sys.argv[1])
SOURCE = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("HARDROW_SHARED", SOURCE.parent / "shared")) / "datasets"
SIZES = {"even": [5400, 1940, 697, 250, 90], "odd": [3237, 1163, 418, 150, 54]}
BETA = 0.9999


def ratios(weight):
    """(class ratio, sub-class ratio) where an instance of class c weighs weight[c]."""
    digits = [weight[c] * size for c, sizes in SIZES.items() for size in sizes]
    classes = [weight[c] * sum(sizes) for c, sizes in SIZES.items()]
    return max(classes) / min(classes), max(digits) / min(digits)


def table(folder):
    """{(method, metric): mean} of our rows of subclass-table."""
    run = lambda *arguments: subprocess.run([HARDROW, *arguments, "--db", "table3.db"], cwd=folder, check=True,
                                            capture_output=True, text=True).stdout
    run("sweep", str(SOURCE / "experiments" / "table3.ini"), "--quiet", "--splits", "1", "--data-dir", str(SHARED))
    rows = csv.DictReader(io.StringIO(run("report", "subclass-table", "--format", "csv")))
    return {(row["method"], row["metric"]): float(row["mean"]) for row in rows if row["source"] == ""}


def check(mean):
    problems = []
    equal = {c: 1 for c in SIZES}
    balanced = {c: (1 - BETA) / (1 - BETA ** sum(sizes)) for c, sizes in SIZES.items()}
    for method, weight in ("base", equal), ("bootstrap", equal), ("class-balanced", balanced):
        for metric, expected in zip(("class ratio", "sub-class ratio"), ratios(weight)):
            if abs(mean[method, metric] - expected) > 1e-9 * expected:
                problems.append(f"{metric} of {method} is {mean[method, metric]}, not {expected}")
    if not 25 < mean["difficulty", "sub-class ratio"] < 50:
        problems.append(f"sub-class ratio of difficulty is {mean['difficulty', 'sub-class ratio']}, not about 37")
    order = [mean[method, "accuracy"] for method in ("difficulty", "class-balanced", "base")]
    if order != sorted(order, reverse=True):
        problems.append(f"accuracies of difficulty, class-balanced and base: {order} do not fall")
    return problems


def main():
    if not (SHARED / "mnist").is_dir():
        print(f"SKIP: table3.ini needs {SHARED / 'mnist'}\n0 passed, 0 failed, 1 skipped")
        return
    with tempfile.TemporaryDirectory() as folder:
        problems = check(table(folder))
    print("\n".join(problems + [f"{0 if problems else 1} passed, {1 if problems else 0} failed"]))
    sys.exit(1 if problems else 0)


main()
