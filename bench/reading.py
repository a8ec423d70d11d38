"""Section i: reading a file of numbers."""

import random
import subprocess
import sys

import measure

COLUMNS = 28

SCRIPT = """import resource, sys
import pandas
before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
pandas.read_csv(sys.argv[1])
print(resource.getrusage(resource.RUSAGE_SELF).ru_utime - before)"""


def write_file(path, megabytes):
    """4000 rows of 28 numbers and a class, again and again."""
    numbers = random.Random(1)
    rows = "".join(",".join(f"{numbers.gauss(0, 1):.9f}" if j % 3 else f"{numbers.uniform(0, 100):.3f}"
                            for j in range(COLUMNS)) + f",{numbers.choice('ab')}\n" for _ in range(4000))
    with open(path, "w") as file:
        file.write(",".join(f"c{j}" for j in range(COLUMNS)) + ",class\n")
        for _ in range(megabytes * 10**6 // len(rows) + 1):
            file.write(rows)


def run(bench):
    path, build = bench.file("numbers.csv"), bench.hardrow.parent
    write_file(path, 108)
    subprocess.run(["ninja", "-C", str(build), "bench/read_file"], check=True, stdout=subprocess.DEVNULL)
    size = path.stat().st_size / 1e6
    seconds = measure.medians(bench.rounds, {
        "hardrow": lambda: bench.user(build / "bench" / "read_file", path),
        "pandas.read_csv": lambda: float(bench.run(sys.executable, "-c", SCRIPT, path)[1]),
    })
    print(f"(i) reading {size:.0f} MB of {COLUMNS} columns of numbers, user time")
    measure.print_table(["", "s", "MB/s"], [[name, f"{value:.3g}", f"{size / value:.0f}"]
                                            for name, value in seconds.items()])
