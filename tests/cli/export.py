#!/usr/bin/env python3
"""export.py PROGRAM: `hardrow export` gives the numbers of the views in every format, and all of its files or none.

The last line is `N passed, N failed`."""
import ast
import csv
import json
import os
import resource
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time

HARDROW = os.path.abspath(sys.argv[1])
DATASETS = os.path.join(os.environ["HARDROW_SOURCE"], "datasets")
passed = failed = 0


def check(is_right, what):
    global passed, failed
    passed += bool(is_right)
    failed += not is_right
    if not is_right:
        print(f"FAIL: {what}")


def hardrow(*words, **options):
    return subprocess.run([HARDROW, *words], capture_output=True, text=True, check=False, **options)


def read_npy(path):
    """Shape, type and numbers."""
    with open(path, "rb") as file:
        data = file.read()
    check(data[:8] == b"\x93NUMPY\x01\x00", f"{path}: magic")
    end = 10 + struct.unpack_from("<H", data, 8)[0]
    check(end % 64 == 0 and data[end - 1:end] == b"\n", f"{path}: header")
    header = ast.literal_eval(data[10:end].decode())
    count = 1
    for length in header["shape"]:
        count *= length
    kind = {"<f4": "f", "<u2": "H", "<f8": "d"}[header["descr"]]
    return header["shape"], header["descr"], struct.unpack_from(f"<{count}{kind}", data, end)


def float32(value):
    return None if value in (None, "") else struct.unpack("f", struct.pack("f", float(value)))[0]


def without_nan(values):
    return [None if value != value else value for value in values]


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def texts_of(path):
    with open(path, encoding="utf-8") as file:
        objects = [json.loads(line, parse_int=str, parse_float=str) for line in file]
    return [{key: "" if value is None else value for key, value in row.items()} for row in objects]


def formats(db):
    view = db.execute("SELECT run_id, epoch, instance_id, part, class, predicted, p_true, du, dl, difficulty, weight, draws"
                      " FROM dynamics ORDER BY epoch, instance_id").fetchall()
    classes = [name for name, in db.execute("SELECT name FROM class ORDER BY class_index")]
    predictions = db.execute("SELECT probability FROM predictions JOIN class ON name = class"
                             " ORDER BY epoch, instance_id, class_index").fetchall()
    for form in ("csv", "jsonl", "npy"):
        result = hardrow("export", "1", "--format", form, "--out", form)
        check(result.returncode == 0, f"{form}: {result}")
    rows = read_csv("csv/run1_dynamics.csv")
    check([[float32(row[name]) for name in ("p_true", "du", "dl", "difficulty", "weight")] for row in rows] ==
          [list(row[6:11]) for row in view], "csv: the numbers of dynamics")
    check([(row["epoch"], row["instance_id"], row["part"], row["class"], row["predicted"], row["draws"]) for row in rows] ==
          [(str(row[1]), str(row[2]), *row[3:6], "" if row[11] is None else str(row[11])) for row in view], "csv: the rest of dynamics")
    check(max(len(row["p_true"].split("e")[0]) for row in rows) <= 12, "csv: digits of a double")
    check([float32(row["probability"]) for row in read_csv("csv/run1_predictions.csv")] == [p for p, in predictions], "csv: predictions")
    for name in ("dynamics", "predictions", "weights", "instances", "epochs"):
        texts = texts_of(f"jsonl/run1_{name}.jsonl")
        check(texts == read_csv(f"csv/run1_{name}.csv") and len(texts) > 0, f"jsonl: {name} is not what csv has")
    for column, at in (("p_true", 6), ("du", 7), ("dl", 8), ("difficulty", 9), ("weight", 10)):
        shape, kind, numbers = read_npy(f"npy/run1_{column}.npy")
        check((shape, kind) == ((3, 150), "<f4") and without_nan(numbers) == [row[at] for row in view], f"npy: {column}")
    shape, kind, numbers = read_npy("npy/run1_predicted.npy")
    check((shape, kind) == ((3, 150), "<u2") and [classes[i] for i in numbers] == [row[5] for row in view], "npy: predicted")
    shape, kind, numbers = read_npy("npy/run1_draws.npy")
    check([None if n == 65535 else n for n in numbers] == [row[11] for row in view], "npy: draws")
    shape, kind, numbers = read_npy("npy/run1_probabilities.npy")
    check((shape, kind) == ((3, 150, 3), "<f4") and list(numbers) == [p for p, in predictions], "npy: probabilities")
    stored = db.execute("SELECT epoch, layer, name, rows, cols, value FROM weights").fetchall()
    written = read_csv("csv/run1_weights.csv")
    for epoch, layer, name, rows_, cols, value in stored:
        shape, kind, numbers = read_npy(f"npy/run1_layer{layer}_{name}_epoch{epoch}.npy")
        check((shape, kind) == ((rows_, cols), "<f8") and struct.pack(f"<{rows_ * cols}d", *numbers) == value, f"npy: {name}")
        own = [float(row["value"]) for row in written
               if (row["epoch"], row["layer"], row["name"]) == (str(epoch), str(layer), name)]
        check(own == list(numbers), f"csv: {name} of epoch {epoch}")
    with open("npy/run1_axes.json", encoding="utf-8") as file:
        axes = json.load(file)
    check(axes["epochs"] == [1, 2, 3] and axes["instance_ids"] == list(range(150)) and axes["classes"] == classes
          and [classes[i] for i in axes["class_of_instance"]] == [row[4] for row in view[:150]]
          and [("train", "test")[i] for i in axes["is_test"]] == [row[3] for row in view[:150]], "npy: axes")
    check(len(stored) > 3, "no weights to compare")


def sql(query):
    """The rows as texts, by the stock views' columns."""
    result = hardrow("sql", "--format", "csv", "--db", "numbers.db", query)
    check(result.returncode == 0, f"sql: {result}")
    return list(csv.DictReader(result.stdout.splitlines()))


def regression():
    subprocess.run([HARDROW, "train", "-q", "--task", "regression", "--data", "diabetes", "--data-dir", DATASETS, "--epochs", "4",
                    "--method", "lds", "--sampler", "class-balanced", "--record", "every:2", "--record-weights", "last", "--db", "numbers.db"],
                   check=True, stdout=subprocess.DEVNULL)
    with sqlite3.connect("numbers.db") as db:  # of the first instance nothing is known in one epoch, nor its checksum
        db.execute("UPDATE block SET checksum = NULL, residual = CAST(x'0000c07f' || substr(residual, 5) AS BLOB) WHERE block_id ="
                   " (SELECT first_block FROM epoch WHERE epoch = 2)")
        db.row_factory = sqlite3.Row
        view = db.execute("SELECT * FROM regression_dynamics ORDER BY epoch, instance_id").fetchall()
    check(len(view) == 2 * 442 and view[0]["residual"] is None and view[1]["predicted"] is not None, "the view")
    for form in ("csv", "jsonl", "npy"):
        result = hardrow("export", "1", "--format", form, "--out", f"numbers-{form}", "--db", "numbers.db")
        check(result.returncode == 0, f"a regression: {form}: {result}")
    own = sql("SELECT * FROM regression_dynamics ORDER BY epoch, instance_id")
    rows = read_csv("numbers-csv/run1_dynamics.csv")
    singles = ("residual", "du", "dl", "difficulty", "weight")
    check(list(rows[0]) == view[0].keys() == list(own[0]), f"csv: the columns of regression_dynamics: {list(rows[0])}")
    for name in view[0].keys():
        if name in singles:
            check([float32(row[name]) for row in rows] == [row[name] for row in view], f"csv: {name}")
            check(max(len(row[name].split("e")[0]) for row in rows) <= 13, f"csv: {name} has digits of a double")
        else:
            check([row[name] for row in rows] == [row[name] for row in own], f"csv: {name} is not as in sql")
    for name in ("target", "predicted", "loss"):
        check([float(row[name]) if row[name] else None for row in rows] == [row[name] for row in view], f"csv: {name}")
    check(read_csv("numbers-csv/run1_predictions.csv") ==
          [{name: row[name] for name in ("run_id", "epoch", "instance_id", "predicted")} for row in own], "csv: predicted numbers")
    check(read_csv("numbers-csv/run1_instances.csv") == sql(
        "SELECT summary.run_id, summary.instance_id, part, summary.class AS bin, target, difficulty, weight, mean_loss, last_loss,"
        " mean_abs_residual, last_residual, source_line, features FROM instance_summary AS summary JOIN instances USING (instance_id)"),
          "csv: instances of a regression")
    epochs = read_csv("numbers-csv/run1_epochs.csv")
    check(len(epochs) == 4 * 8 and epochs == sql(
        "SELECT regression_metrics.*, train_loss, test_loss, effective_sample_size, seconds, recorded, seen"
        " FROM regression_metrics JOIN epochs USING (run_id, epoch) ORDER BY epoch, part, shot"), "csv: epochs of a regression")
    for name in ("dynamics", "predictions", "weights", "instances", "epochs"):
        check(texts_of(f"numbers-jsonl/run1_{name}.jsonl") == read_csv(f"numbers-csv/run1_{name}.csv") != [], f"jsonl: {name} of a regression")
    arrays = {"predicted": "<f8", "loss": "<f8", "draws": "<u2", **{name: "<f4" for name in singles}, "predictions": "<f8"}
    for name, type_ in arrays.items():
        shape, kind, numbers = read_npy(f"numbers-npy/run1_{name}.npy")
        column = "predicted" if name == "predictions" else name
        check((shape, kind) == ((2, 442), type_) and without_nan(numbers) == [row[column] for row in view], f"npy: {name} of a regression")
    with open("numbers-npy/run1_axes.json", encoding="utf-8") as file:
        axes = json.load(file)
    check(axes["epochs"] == [2, 4] and axes["target"] == [row["target"] for row in view[:442]]
          and [axes["classes"][i] for i in axes["class_of_instance"]] == [row["bin"] for row in view[:442]]
          and [("train", "test")[i] for i in axes["is_test"]] == [row["part"] for row in view[:442]], "npy: axes of a regression")
    files = {name.split("_", 1)[1] for name in os.listdir("numbers-npy") if "_layer" not in name}
    check(files == {f"{name}.npy" for name in arrays} | {"axes.json", "epochs.csv", "instances.csv"}, f"npy: files of a regression: {files}")
    check(os.path.exists("numbers-npy/run1_layer0_weight_epoch4.npy"), "npy: weights of a regression")


def all_or_none():
    refused = hardrow("export", "1", "--out", "csv")
    check(refused.returncode == 1 and "--force" in refused.stderr, f"a folder with files: {refused}")
    with open("csv/mine", "w", encoding="utf-8"):
        pass
    before = set(os.listdir("csv"))
    forced = hardrow("export", "1", "--out", "csv", "--force", "--what", "epochs")
    check(forced.returncode == 0 and set(os.listdir("csv")) == before, f"--force: {forced}")
    missing = hardrow("export", "1", "99", "--out", "new")
    check(missing.returncode == 1 and "no run 99" in missing.stderr and not os.path.exists("new"), f"no such run: {missing}")
    check(hardrow("export", "1").returncode == 2, "without --out")
    for what in ("dynamics", "predictions"):
        bare = hardrow("export", "1", "--what", what, "--out", "new", "--db", "bare.db")
        check(bare.returncode == 1 and "not recorded" in bare.stderr and not os.path.exists("new"), f"no blocks: {bare}")
    bare = hardrow("export", "1", "--what", "instances", "--out", "bare", "--db", "bare.db")
    check(bare.returncode == 0 and bare.stdout == "1 file in bare\n", f"one file: {bare}")
    check(hardrow("export", "1", "--out", "t.db").returncode == 1, "--out is a file")
    full = hardrow("export", "1", "--out", "new",
                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20000, resource.RLIM_INFINITY)))
    check(full.returncode == 1 and full.stderr.count("\n") == 1 and "run1_dynamics.csv" in full.stderr
          and not os.path.exists("new"), f"a full disk: {full}")
    with sqlite3.connect("damaged.db") as copy, sqlite3.connect("t.db") as db:
        db.backup(copy)
        copy.execute("DELETE FROM block WHERE block_id = 5")
    damaged = hardrow("export", "1", "--out", "new", "--db", "damaged.db")
    check(damaged.returncode == 1 and "epoch 2 is damaged" in damaged.stderr and not os.path.exists("new"), f"damaged: {damaged}")


def large():
    """A matrix of more bytes than a file's buffer takes at once."""
    subprocess.run([HARDROW, "train", "-q", "--data", "iris", "--data-dir", DATASETS, "--epochs", "1", "--model", "mlp",
                    "--hidden", "9000", "--record-weights", "last", "--db", "large.db"], check=True, stdout=subprocess.DEVNULL)
    hardrow("export", "1", "--what", "weights", "--format", "npy", "--out", "large", "--db", "large.db")
    with sqlite3.connect("large.db") as db:
        stored = db.execute("SELECT layer, name, value FROM weights WHERE length(value) > 280000").fetchall()
    for layer, name, value in stored:
        shape, _, numbers = read_npy(f"large/run1_layer{layer}_{name}_epoch1.npy")
        check(struct.pack(f"<{len(numbers)}d", *numbers) == value, f"npy: layer {layer} of {shape}")
    check(len(stored) == 1, f"{len(stored)} large matrices")


def interrupted():
    subprocess.run([HARDROW, "train", "-q", "--data", "iris", "--data-dir", DATASETS, "--epochs", "4000", "--db", "long.db"],
                   check=True, stdout=subprocess.DEVNULL)
    with subprocess.Popen([HARDROW, "export", "1", "--out", "new", "--db", "long.db"], stderr=subprocess.PIPE, text=True) as export:
        while export.poll() is None and not (os.path.exists("new") and os.listdir("new")):
            time.sleep(0.001)
        export.send_signal(signal.SIGINT)
        words = export.stderr.read()
    check(export.returncode == 130 and not os.path.exists("new"), f"Ctrl-C: {export.returncode} {words}")


def many_files():
    subprocess.run([HARDROW, "train", "-q", "--data", "iris", "--data-dir", DATASETS, "--epochs", "20", "--record-weights", "every:1",
                    "--db", "many.db"], check=True, stdout=subprocess.DEVNULL)
    count = sqlite3.connect("many.db").execute("SELECT count(*) FROM weights").fetchone()[0]
    hardrow("export", "1", "--what", "weights", "--format", "npy", "--out", "many", "--db", "many.db")
    check(count > 32 and len([name for name in os.listdir("many") if "layer" in name]) == count, "a file for each of many matrices")


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    os.environ["HARDROW_DB"] = "t.db"
    subprocess.run([HARDROW, "train", "-q", "--data", "iris", "--data-dir", DATASETS, "--epochs", "3", "--scale", "standard",
                    "--record-weights", "every:1"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([HARDROW, "train", "-q", "--data", "iris", "--data-dir", DATASETS, "--epochs", "1", "--record", "none",
                    "--db", "bare.db"], check=True, stdout=subprocess.DEVNULL)
    formats(sqlite3.connect("t.db"))
    all_or_none()
    regression()
    large()
    many_files()
    interrupted()
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
