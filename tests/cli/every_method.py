#!/usr/bin/env python3
"""Every method trains every model: experiments/methods.ini on the bundled data sets, experiments/regression.ini with all methods
on diabetes, experiments/long-tail.ini on a small part of Fashion-MNIST (Debian's package dataset-fashion-mnist):
every_method.py HARDROW

Each is trained again, to the same bytes ('verify --retrain'). A method of the program that one of them leaves out is a
failure, but for images those that say so in one line; and so is one that is no better than guessing.
"""

import gzip
import os
import pathlib
import re
import sqlite3
import struct
import subprocess
import sys
import tempfile

HARDROW = os.path.abspath(sys.argv[1])
SOURCE = pathlib.Path(__file__).resolve().parents[2]
IMAGES = pathlib.Path("/usr/share/datasets/fashion-mnist")
TRAIN_IMAGES, TEST_IMAGES = 1500, 300
MODELS = ("logreg", "mlp")


# Losses of a number to predict.
OF_REGRESSION = {"mse", "l1", "huber", "focal-mse", "focal-l1", "balanced-mse"}


def all_methods(task):
    """Those of the task."""
    listed = subprocess.run([HARDROW, "methods", "--task", task, "--format", "csv"], check=True, capture_output=True,
                            text=True).stdout
    return [line.split(",")[0] for line in listed.splitlines()[1:]
            if (line.split(",")[2] in OF_REGRESSION) == (task == "regression")]


def cut(name, count, folder):
    """The first `count` images or labels of an IDX file of the package, written into `folder`."""
    data = gzip.decompress((IMAGES / (name + ".gz")).read_bytes())
    dimensions = data[3]
    header = 4 + 4 * dimensions
    size = (len(data) - header) // struct.unpack(">I", data[4:8])[0]
    (folder / name).write_bytes(data[:4] + struct.pack(">I", count) + data[8:header + count * size])


def sweep(experiment, folder, datasets, *options):
    """Trains experiments/EXPERIMENT.ini, on other data sets if `datasets` names them; what was said on stderr."""
    text = (SOURCE / "experiments" / (experiment + ".ini")).read_text(encoding="utf-8")
    if experiment == "regression":
        text = re.sub("^methods = .*$", "methods = all", text, flags=re.M)
    if datasets is not None:
        text = re.sub("^datasets = .*$", f"datasets = {datasets}", text, flags=re.M)
    (folder / (experiment + ".ini")).write_text(text, encoding="utf-8")
    done = subprocess.run([HARDROW, "sweep", experiment + ".ini", "--quiet", "--splits", "1", "--db", experiment + ".db",
                           *options], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


# Better than guessing: the share of the test part that is right, or one less the error in deviations of the target.
QUALITY = {"classification": "SELECT model, method, avg(test_accuracy) FROM runs GROUP BY model, method",
           "regression": "SELECT model, method, avg(1 - mae / 77) FROM runs JOIN regression_metrics USING (run_id)"
                         " WHERE epoch = epochs AND part = 'test' AND shot = 'all' GROUP BY model, method"}


def check(experiment, folder, told, guessing):
    """Problems with the runs of an experiment; each method must be as good as `guessing`."""
    task = "regression" if experiment == "regression" else "classification"
    db = sqlite3.connect(folder / (experiment + ".db"))
    problems = [f"run {run} ({model}, {method}) is {status}" for run, model, method, status in db.execute(
        "SELECT run_id, model, method, status FROM runs WHERE status <> 'done'")]
    quality = {(model, method): mean for model, method, mean in db.execute(QUALITY[task])}
    for method in all_methods(task):
        if f"method {method}: fashion" in told:
            continue
        models = [model for model in MODELS if f"method {method}, model {model}: " not in told]
        if not models:
            problems.append(f"{method} trains no model")
        for model in models:
            mean = quality.get((model, method), 0)
            if mean < guessing:
                problems.append(f"{method} comes to {mean:.3f} with {model}, less than {guessing}")
    db.close()
    # The images do not lie in the file.
    data = ["--data", "./fashion"] if experiment == "long-tail" else []
    verified = subprocess.run([HARDROW, "verify", "--retrain", *data, "--db", experiment + ".db"], cwd=folder,
                              capture_output=True, text=True, check=False)
    if verified.returncode != 0 or "not made again" in verified.stderr:
        problems.append(f"verify: {verified.stdout}{verified.stderr}")
    return problems


def main():
    failed = passed = skipped = 0
    cases = [("methods", None, 0.5, ["--set", "epochs=8"]), ("regression", "diabetes", 0.16, ["--set", "epochs=30"])]
    if IMAGES.is_dir():
        cases.append(("long-tail", "./fashion", 0.35, ["--set", "epochs=6", "--set", "batch-size=16",
                                                      "--set", "scale=standard"]))
    else:
        print("SKIP: long-tail.ini needs Debian's package dataset-fashion-mnist")
        skipped = 1
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "fashion").mkdir()
        for part, count in (("train", TRAIN_IMAGES), ("t10k", TEST_IMAGES)):
            for kind in ("images-idx3-ubyte", "labels-idx1-ubyte") if IMAGES.is_dir() else ():
                cut(f"{part}-{kind}", count, folder / "fashion")
        for experiment, datasets, guessing, options in cases:
            code, told = sweep(experiment, folder, datasets, "--data-dir", str(SOURCE / "datasets"), *options)
            problems = check(experiment, folder, told, guessing) if code == 0 else [f"exit code {code}: {told}"]
            for problem in problems:
                print(f"{experiment}.ini: {problem}")
            failed, passed = failed + bool(problems), passed + (not problems)
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    sys.exit(failed > 0)


main()
