"""(p) Logging 60,000 rows of 10 classes, float32, an epoch, from Python through libhardrow (CPU time of the calling thread), against np.save, JSON lines of each row as
allenai/cartography writes them, and a CSV for `hardrow import`; reading all epochs back as arrays, against rows of SQL."""

import json
import os
import sqlite3
import subprocess
import sys
import time

import measure

ROWS, CLASSES = 60000, 10

#: In a process of its own: the peak of memory is reset before the run begins.
MEMORY = """
import sys, numpy as np, hardrow
n, k = int(sys.argv[2]), int(sys.argv[3])
z = np.random.default_rng(0).normal(size=(n, k)).astype(np.float32)
labels = np.arange(n) % k
peak = lambda: int([line for line in open('/proc/self/status') if line.startswith('VmHWM')][0].split()[1]) * 1024
open('/proc/self/clear_refs', 'w').write('5')
before = peak()
with hardrow.Run(sys.argv[1], dataset='d', labels=labels) as run:
    for _ in range(3):
        run.log(None, z, 'logits')
        run.end_epoch()
print((peak() - before) / z.nbytes)
"""


def timed(call, *arguments):
    start = time.thread_time()
    call(*arguments)
    return (time.thread_time() - start) * 1e3


def write_json_lines(path, logits):
    with open(path, "w", encoding="utf-8") as file:
        for i, row in enumerate(logits):
            file.write(json.dumps({"guid": i, "logits_epoch_0": row.tolist(), "gold": 0}) + "\n")


def write_csv(path, p):
    with open(path, "w", encoding="utf-8") as file:
        file.write("epoch,instance_id,class," + ",".join(f"p_{c}" for c in range(CLASSES)) + "\n")
        for i, row in enumerate(p):
            file.write(f"1,{i},{i % CLASSES}," + ",".join(map(repr, row.tolist())) + "\n")


def run(bench):
    os.environ.setdefault("HARDROW_LIBRARY", str(bench.hardrow.parent / "src" / "lib" / "libhardrow.so"))
    sys.path.insert(0, str(measure.ROOT / "python"))
    import hardrow
    import numpy as np

    rng = np.random.default_rng(0)
    logits = rng.normal(size=(ROWS, CLASSES)).astype(np.float32)
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    order = rng.permutation(ROWS)
    batches = np.array_split(order, ROWS // 128)
    db = bench.file("logged.db")
    print(f"(p) logging an epoch of {ROWS} rows and {CLASSES} classes in float32, ms")
    with hardrow.Run(db, dataset="d", labels=np.arange(ROWS) % CLASSES) as logged:
        def log_epoch(calls):
            start = time.thread_time()
            for arguments in calls:
                logged.log(*arguments)
            logged.end_epoch()
            return (time.thread_time() - start) * 1e3

        values = measure.medians(bench.rounds, {
            "np.save": lambda: timed(np.save, bench.file("p.npy"), p),
            "log and end_epoch, probabilities": lambda: log_epoch([(None, p)]),
            "log and end_epoch, logits": lambda: log_epoch([(None, logits, "logits")]),
            f"log and end_epoch, logits, {len(batches)} shuffled batches":
                lambda: log_epoch([(batch, logits[batch], "logits") for batch in batches]),
            "weights": lambda: timed(logged.weights),
            "JSON lines": lambda: timed(write_json_lines, bench.file("p.jsonl"), logits),
        })

        values["CSV and hardrow import (once)"] = timed(write_csv, bench.file("p.csv"), p) + 1e3 * bench.cpu(
            bench.hardrow, "import", bench.folder / "p.csv", "--db", bench.file("imported.db"))
    measure.print_ratios("", "ms", values, "np.save")
    run_id, connection = logged.run_id, hardrow.connect(db)
    stock = sqlite3.connect(db)
    sql = "SELECT p_true, du, dl, difficulty FROM dynamics WHERE run_id = ?"
    values = measure.medians(3, {
        "hardrow.read, all series and probabilities": lambda: timed(hardrow.read, db, run_id),
        "four columns by SQL, hardrow.connect": lambda: timed(connection.execute(sql, (run_id,)).fetchall),
    })
    values["four columns by SQL, sqlite3 (once)"] = timed(lambda: stock.execute(sql, (run_id,)).fetchall())
    measure.print_ratios(f"  reading {logged_epochs(stock, run_id)} epochs back", "ms", values, "hardrow.read, all series and probabilities")
    for rows, classes in ((ROWS, CLASSES), (20000, 1000) if bench.quick else (200000, 100)):
        taken = subprocess.run([sys.executable, "-c", MEMORY, bench.file("memory.db"), str(rows), str(classes)],
                               env=dict(os.environ, PYTHONPATH=str(measure.ROOT / "python")), capture_output=True, text=True, check=True)
        print(f"  memory, {rows} rows of {classes} classes: {float(taken.stdout):.1f} times the predictions")


def logged_epochs(connection, run_id):
    return connection.execute("SELECT count(*) FROM epoch WHERE run_id = ?", (run_id,)).fetchone()[0]
