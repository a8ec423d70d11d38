"""What the benchmarks share: running hardrow, medians of interleaved rounds, tables."""

import pathlib
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]


class Bench:
    """Where things are, and how long to measure."""

    def __init__(self, hardrow, data_dir, quick):
        self.hardrow, self.data_dir, self.quick = pathlib.Path(hardrow).resolve(), pathlib.Path(data_dir).resolve(), quick
        self.rounds = 3 if quick else 7
        self._folder = tempfile.TemporaryDirectory(prefix="hardrow-bench-")
        self.folder = pathlib.Path(self._folder.name)

    def file(self, name):
        """A path for a new file in the benchmark's folder: what was there is gone."""
        path = self.folder / name
        for suffix in ("", "-journal", "-wal", "-shm"):
            pathlib.Path(str(path) + suffix).unlink(missing_ok=True)
        return path

    def run(self, *arguments, discard=False):
        """Runs the program: (seconds, standard output unless discarded)."""
        start = time.perf_counter()
        output = subprocess.DEVNULL if discard else subprocess.PIPE
        with subprocess.Popen([str(argument) for argument in arguments], stdout=output, stderr=subprocess.PIPE,
                              cwd=self.folder) as process:
            text, errors = process.communicate()
        if process.returncode != 0:
            raise SystemExit(f"{' '.join(map(str, arguments))}: exit code {process.returncode}\n{errors.decode()}")
        return time.perf_counter() - start, (text or b"").decode()

    def cpu(self, *arguments):
        """CPU seconds of the program, user and system; its output is discarded."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.run(*arguments, discard=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def user(self, *arguments):
        """User CPU seconds of the program."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        self.run(*arguments, discard=True)
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before

    def train_command(self, db, dataset, epochs, *options):
        """hardrow train --quiet, softmax regression with SGD, momentum 0.9, batch 32."""
        return [self.hardrow, "train", "--quiet", "--db", db, "--data", dataset, "--data-dir", self.data_dir, "--scale",
                "standard", "--epochs", epochs, "--learning-rate", "0.01", *options]

    def train(self, *arguments):
        """Seconds of train_command()."""
        return self.run(*self.train_command(*arguments))[0]

    def peak_memory(self, command):
        """Bytes. A process starts with the peak of the one that it was forked from: here a small interpreter, 10 MB."""
        script = ("import os, sys\n"
                  "_, status, usage = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ), 0)\n"
                  "print(usage.ru_maxrss * 1024)\n"
                  "sys.exit(os.waitstatus_to_exitcode(status))")
        return int(self.run(sys.executable, "-S", "-E", "-c", script, *command)[1].split()[-1])

    def load(self, dataset):
        """X (n, d) standardised and y (n) of a data set, as numpy arrays."""
        import numpy as np
        rows = [line.split(",") for line in (self.data_dir / f"{dataset}.csv").read_text().split()[1:]]
        names = sorted({row[-1] for row in rows})
        x = np.array([[float(value) for value in row[:-1]] for row in rows])
        return (x - x.mean(axis=0)) / x.std(axis=0), np.array([names.index(row[-1]) for row in rows])


def medians(rounds, contenders):
    """Medians of {name: function -> number}, each called once a round so that all meet the same noise."""
    values = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, contender in contenders.items():
            values[name].append(contender())
    return {name: statistics.median(numbers) for name, numbers in values.items()}


def read(db, sql):
    """Rows of a query through Python's own sqlite3."""
    connection = sqlite3.connect(f"file:{db}?mode=ro", uri=True)
    rows = connection.execute(sql).fetchall()
    connection.close()
    return rows


def print_table(head, rows):
    """Prints rows of texts under their heads, the first column to the left, the others to the right."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, ["-" * width for width in widths], *rows]:
        cells = [cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths))]
        print("  " + "  ".join(cells).rstrip())


def print_ratios(title, unit, values, base):
    """Prints {name: median} with each value's ratio to that of `base`."""
    print(f"{title}")
    print_table(["", unit, f"ratio to {base}"],
                [[name, f"{value:.4g}", f"{value / values[base]:.2f}"] for name, value in values.items()])
