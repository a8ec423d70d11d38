"""(a) one recorded epoch, (c) training with and without recording, (d) bytes, (f) memory: all on robot."""

import sqlite3
import subprocess
import time

import measure

INSTANCES, CLASSES = 5456, 4


def recorded_seconds(bench, epochs, record, size=None):
    db = bench.file("recording.db")
    seconds = bench.train(db, "robot", epochs, "--record", record)
    if size is not None:
        size.append(db.stat().st_size)
    return seconds


def executemany(bench, epochs):
    """Milliseconds an epoch of Python's sqlite3, a row per instance, ready-made tuples (their making is not counted)."""
    rows = [(1, 0, i, i % CLASSES, 1, *[((i * 31 + j) % 1000) / 1000 for j in range(4 + CLASSES)]) for i in range(INSTANCES)]
    db = sqlite3.connect(bench.file("executemany.db"), isolation_level=None)
    db.execute("PRAGMA journal_mode = OFF")
    db.execute("PRAGMA synchronous = OFF")
    db.execute("CREATE TABLE instance_epoch (run, epoch, instance, predicted, draws, du, dl, difficulty, weight, p0, p1, p2, p3)")
    start = time.perf_counter()
    db.execute("BEGIN")
    for _ in range(epochs):
        db.executemany("INSERT INTO instance_epoch VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    db.execute("COMMIT")
    seconds = time.perf_counter() - start
    db.close()
    return 1e3 * seconds / epochs


def epoch_writer(bench):
    """The compiled epoch_write.c, built into the folder of the program that is measured."""
    build = bench.hardrow.parent
    subprocess.run(["ninja", "-C", str(build), "bench/epoch_write"], check=True, stdout=subprocess.DEVNULL)
    return build / "bench" / "epoch_write"


def run_a(bench):
    program, epochs = epoch_writer(bench), 50 if bench.quick else 200

    def way(name):
        return lambda: float(bench.run(program, name, bench.file("way"), epochs)[1].split()[0])

    def hardrow():
        with_rows = recorded_seconds(bench, epochs, "every:1")
        return 1e3 * (with_rows - recorded_seconds(bench, epochs, "none")) / epochs

    values = measure.medians(bench.rounds, {
        "raw fwrite": way("fwrite"),
        "raw fwrite and fdatasync": way("durable"),
        "hardrow (every:1 less none)": hardrow,
        "SQLite, integer rows, INSERT … SELECT": way("integers"),
        "SQLite, REAL rows, bind and step": way("reals"),
        "Python sqlite3 executemany": lambda: executemany(bench, max(5, epochs // 10)),
    })
    measure.print_ratios(f"(a) storing one epoch of {INSTANCES} instances, {CLASSES} classes", "ms", values, "raw fwrite")
    print(f"  hardrow's is {values['SQLite, integer rows, INSERT … SELECT'] / values['hardrow (every:1 less none)']:.1f} times "
          "faster than SQLite's best row insert")


def run_c(bench):
    epochs = 400
    values = measure.medians(bench.rounds, {
        "--record none": lambda: recorded_seconds(bench, epochs, "none"),
        "--record every:1": lambda: recorded_seconds(bench, epochs, "every:1"),
    })
    measure.print_ratios(f"(c) train robot, {epochs} epochs, wall time", "s", values, "--record none")
    print(f"  {1e-6 * INSTANCES * epochs / values['--record every:1']:.2f} million recorded instance-epochs a second, "
          "start and end of the program included")


def run_d(bench):
    sizes = []
    for epochs in (100, 300):
        recorded_seconds(bench, epochs, "every:1", sizes)
    print(f"(d) file size: {(sizes[1] - sizes[0]) / 200 / INSTANCES:.2f} bytes per instance-epoch (k = {CLASSES}; "
          f"{sizes[1]} bytes for 300 epochs less {sizes[0]} for 100)")


def run_f(bench):
    print("(f) peak memory of train robot --record every:1")
    rows = []
    for epochs in (50, 200, 800):
        memory = bench.peak_memory(bench.train_command(bench.file("memory.db"), "robot", epochs))
        rows.append([str(epochs), f"{memory / 1e6:.1f}"])
    measure.print_table(["epochs", "MB"], rows)
