"""(b) One epoch of softmax regression with the evaluation of every instance."""

import statistics
import time

import baselines
import measure

# Data set: epochs of the short and the long run of hardrow, epochs of a baseline a round.
LENGTHS = {"iris": (2000, 12000, 40), "cmc": (500, 2500, 8), "robot": (150, 650, 3)}


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


def run(bench):
    print("(b) one epoch, batch 32, every instance evaluated, one thread, milliseconds")
    for dataset, (short, long, epochs) in LENGTHS.items():
        x, y = bench.load(dataset)
        contenders = {name: time_baseline(kind(x, y, difficulty), epochs)
                      for name, (kind, difficulty) in baselines.CONTENDERS.items()}
        both = []

        def hardrow():
            both.append(hardrow_times(bench, dataset, short, long))
            return both[-1][0]

        values = measure.medians(bench.rounds, {"hardrow (column seconds)": hardrow, **contenders})
        values = {"hardrow (column seconds)": values.pop("hardrow (column seconds)"),
                  "hardrow (wall, metrics written)": statistics.median(wall for _, wall in both), **values}
        print()
        measure.print_ratios(f"{dataset}: {len(y)} x {x.shape[1]}, {y.max() + 1} classes", "ms", values,
                             "hardrow (column seconds)")
        fastest = min((value, name) for name, value in values.items() if not name.startswith("hardrow"))
        print(f"  fastest other: {fastest[1]}, {fastest[0] / values['hardrow (column seconds)']:.1f} times hardrow's epoch, "
              f"{fastest[0] / values['hardrow (wall, metrics written)']:.1f} times with metrics written")
