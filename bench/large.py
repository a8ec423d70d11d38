"""Section n: large data. Processor seconds, which a busy machine does not make longer: besides the epochs are reading, storing data,
split and summaries, and the table at the end."""

import random

import measure
import optimum

EPOCHS, CLASSES = 20, 1000
OPTIONS = ["--record", "every:1"]


def write_classes(path):
    """20,000 x 20 and 1,000 classes of noise."""
    numbers = random.Random(1)
    with open(path, "w") as file:
        print(",".join(f"c{j}" for j in range(20)), "class", sep=",", file=file)
        for i in range(20_000):
            print(",".join(f"{numbers.gauss(0, 1):.3f}" for _ in range(20)), f"k{i % CLASSES}", sep=",", file=file)


def run(bench):
    wide, many = bench.file("large.csv"), bench.file("classes.csv")
    optimum.write_large(wide)
    write_classes(many)

    def cpu(epochs):
        # Not --quiet: the table at the end takes its time, too.
        command = [word for word in bench.train_command(bench.file("large.db"), wide, epochs, *OPTIONS) if word != "--quiet"]
        return bench.cpu(*command)

    def peak(path, epochs):
        return bench.peak_memory(bench.train_command(bench.file("large.db"), path, epochs, *OPTIONS)) / 1e6

    seconds = measure.medians(1 if bench.quick else 3, {1: lambda: cpu(1), EPOCHS: lambda: cpu(EPOCHS)})
    epoch = (seconds[EPOCHS] - seconds[1]) / (EPOCHS - 1)
    print(f"(n) large data, every epoch recorded: processor seconds of {EPOCHS} epochs, of one, besides them; peak memory")
    measure.print_table(["", "s", "an epoch", "besides", "MB"], [
        ["1,000,000 x 28, 2 classes", f"{seconds[EPOCHS]:.1f}", f"{epoch:.3f}", f"{seconds[1] - epoch:.1f}", f"{peak(wide, EPOCHS):.0f}"],
        [f"20,000 x 20, {CLASSES} classes, p 80 MB", "", "", "", f"{peak(many, 6):.0f}"]])
