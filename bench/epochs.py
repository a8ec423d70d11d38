"""(b) One epoch of softmax regression with the evaluation of every instance."""

import statistics
import time

import baselines
import measure

# The ten of table4, robot with all its sensors.
DATASETS = ("sonar", "balance-scale", "cmc", "ecoli", "glass", "heart", "iris", "robot", "seeds", "wine")


def lengths(instances):
    """Epochs of the short and the long run of hardrow, epochs of a baseline a round."""
    short = max(150, 300000 // instances)
    return short, 5 * short, max(2, 6000 // instances)


def time_baseline(contender, epochs):
    def once():
        start = time.perf_counter()
        for _ in range(epochs):
            contender.epoch()
        return 1e3 * (time.perf_counter() - start) / epochs

    once()
    return once


def hardrow_times(bench, dataset, short, long):
    """Milliseconds an epoch: median of the column `seconds`, and by the wall times of two lengths (metrics written)."""
    options = ("--record", "none", "--test-fraction", "0")
    db = bench.file("epochs.db")
    low = bench.train(db, dataset, short, *options)
    db = bench.file("epochs.db")
    high = bench.train(db, dataset, long, *options)
    seconds = [row[0] for row in measure.read(db, "SELECT seconds FROM epochs")]
    return 1e3 * statistics.median(seconds), 1e3 * (high - low) / (long - short)


HARDROW, WALL = "hardrow", "hardrow, wall"


def measure_dataset(bench, dataset):
    """Size, and {name: milliseconds an epoch}."""
    x, y = bench.load(dataset)
    short, long, epochs = lengths(len(y))
    contenders = {name: time_baseline(kind(x, y, difficulty), epochs)
                  for name, (kind, difficulty) in baselines.CONTENDERS.items()}
    both = []

    def hardrow():
        both.append(hardrow_times(bench, dataset, short, long))
        return both[-1][0]

    values = measure.medians(bench.rounds, {HARDROW: hardrow, **contenders})
    values[WALL] = statistics.median(wall for _, wall in both)
    return f"{len(y)} x {x.shape[1]}, {y.max() + 1}", values


def run(bench):
    print("(b) one epoch of softmax regression, batch 32, every instance evaluated, double precision, one thread:")
    print("milliseconds of hardrow, and how many times as long the others take\n")
    head = ["", "instances x features, classes", "hardrow, ms", WALL, *baselines.CONTENDERS, "fastest other"]
    rows = []
    for dataset in DATASETS:
        size, values = measure_dataset(bench, dataset)
        base = values.pop(HARDROW)
        fastest = min(values[name] for name in baselines.CONTENDERS)
        rows.append([dataset, size, f"{base:.4g}",
                     *(f"{values[name] / base:.1f}" for name in (WALL, *baselines.CONTENDERS)), f"{fastest / base:.1f}"])
    measure.print_table(head, rows)
