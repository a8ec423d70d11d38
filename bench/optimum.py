"""(j) The way to the minimum of softmax regression with an L2 penalty, from zeros, until the objective is within 1e-4 of it,
relatively. hardrow's time is that of its own clock, the sum of each epoch's median, and on 1,000,000 rows its CPU time, scikit-learn's the
CPU time of one thread.
An epoch of hardrow's includes p, du, dl, difficulty and metrics of every instance; scikit-learn's lbfgs just trains."""

import time
import warnings

import numpy as np

import measure

DECAY, BOUND = 1e-3, 1e-4


def write_large(path):
    """1,000,000 x 28 and two classes of a noisy linear rule."""
    random = np.random.default_rng(0)
    x = random.normal(size=(1_000_000, 28)) * np.linspace(0.5, 3, 28)
    y = (x @ random.normal(size=28) + 4 * random.normal(size=len(x)) > 2).astype(int)
    header = ",".join(f"c{j}" for j in range(28)) + ",class"
    with open(path, "w") as file:
        print(header, file=file)
        for row, label in zip(x, y):
            print(",".join(f"{value:.6f}" for value in row), label, sep=",", file=file)
    x = np.round(x, 6)
    return (x - x.mean(axis=0)) / x.std(axis=0), y


def objective(x, y, weight, bias):
    z = x @ weight.T + bias
    z -= z.max(axis=1, keepdims=True)
    mean = (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]).mean()
    return mean + DECAY / 2 * (weight**2).sum()


def hardrow_objectives(bench, x, y, dataset, epochs):
    """After each epoch, from the recorded weights."""
    db = bench.file("optimum.db")
    bench.train(db, dataset, epochs, *OPTIONS, "--record-weights", "every:1")
    matrices = {name: [np.frombuffer(value, "<f8") for value, in measure.read(
        db, f"SELECT value FROM weights WHERE name = '{name}' AND epoch > 0 ORDER BY epoch")] for name in ("weight", "bias")}
    return [objective(x, y, weight.reshape(-1, x.shape[1]), bias) for weight, bias in zip(*matrices.values())]


OPTIONS = ["--test-fraction", "0", "--optimizer", "lbfgs", "--init", "zero", "--weight-decay", DECAY, "--record", "none"]


class Sklearn:
    def __init__(self, x, y):
        self.x, self.y, self.classes = x, y, int(y.max()) + 1
        # Its binary classifier has one row of weights, w: two rows w/2 and -w/2 cost half.
        self.c = (2 if self.classes == 2 else 1) / (DECAY * len(y))

    def fit(self, iterations):
        from sklearn.linear_model import LogisticRegression
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it says that it has not converged
            return LogisticRegression(C=self.c, tol=1e-12, max_iter=iterations).fit(self.x, self.y)

    def objective(self, iterations):
        model = self.fit(iterations)
        weight, bias = model.coef_, model.intercept_
        if self.classes == 2:
            weight, bias = np.vstack([-weight, weight]) / 2, np.r_[-bias, bias] / 2
        return objective(self.x, self.y, weight, bias)

    def seconds(self, iterations):
        before = time.process_time()
        self.fit(iterations)
        return time.process_time() - before


def compare(bench, title, dataset, x, y):
    sklearn = Sklearn(x, y)
    bound = sklearn.objective(1000) * (1 + BOUND)
    needed = {"hardrow": 1 + next(i for i, value in enumerate(hardrow_objectives(bench, x, y, dataset, 60)) if value <= bound),
              "scikit-learn": next(i for i in range(1, 100) if sklearn.objective(i) <= bound)}

    options = [*OPTIONS, "--record-weights", "none"]

    def by_clock():
        db = bench.file("optimum.db")
        bench.train(db, dataset, needed["hardrow"], *options)
        return [row[0] for row in measure.read(db, "SELECT seconds FROM epochs ORDER BY epoch")]

    def by_processor():
        more, one = (bench.cpu(*bench.train_command(bench.file("optimum.db"), dataset, epochs, *options))
                     for epochs in (needed["hardrow"] + 1, 1))
        return [more - one]

    # A run of seconds shows in the processor's time, which a busy machine does not make longer.
    once = by_processor if len(y) > 100_000 else by_clock
    rounds = [(once(), sklearn.seconds(needed["scikit-learn"])) for _ in range(bench.rounds)]
    seconds = {"hardrow": np.median([one[0] for one in rounds], axis=0).sum(),
               "scikit-learn": np.median([one[1] for one in rounds])}
    print(f"\n{title}: {len(y)} x {x.shape[1]}, {int(y.max()) + 1} classes")
    measure.print_table(["", "iterations", "s", "ratio"],
                        [[name, str(needed[name]), f"{value:.4g}", f"{value / seconds['scikit-learn']:.2f}"]
                         for name, value in seconds.items()])


def run(bench):
    print(f"(j) L-BFGS until the objective is within {BOUND:g} of its minimum, weight decay {DECAY:g}")
    for dataset in ("cmc", "robot"):
        compare(bench, dataset, dataset, *bench.load(dataset))
    path = bench.file("large.csv")
    compare(bench, "numbers", path, *write_large(path))
