"""(h) One epoch of two MLPs, batch 128, ReLU, SGD with momentum 0.9, and the probabilities of every instance: 24-64-4 on robot
and 784-256-10 on MNIST (60,000 images to train on, 10,000 more to evaluate), all contenders in single and then all in double
precision. hardrow also computes du, dl and difficulty. hardrow's time is that of its own clock, the
others' the CPU time of the process, which a busy machine does not make longer."""

import csv
import gzip
import pathlib
import statistics
import time

import numpy as np

import measure

BATCH, LEARNING_RATE, MOMENTUM = 128, 0.01, 0.9
PRECISIONS = {"single": np.float32, "double": np.float64}


class Task:
    """Instances x, y, of which the first `train` are trained on and all are evaluated, and a network of one hidden layer."""

    def __init__(self, x, y, train, units):
        self.x, self.y, self.train, self.units, self.classes = x, y, train, units, int(y.max()) + 1

    def in_precision(self, dtype):
        return Task(self.x.astype(dtype), self.y, self.train, self.units)


class Numpy:
    def __init__(self, task):
        random = np.random.default_rng(0)
        sizes = (task.x.shape[1], task.units, task.classes)
        self.task, self.random = task, random
        self.weights = [random.normal(0, 0.1, shape).astype(task.x.dtype) for shape in zip(sizes, sizes[1:])]
        self.biases = [np.zeros(size, task.x.dtype) for size in sizes[1:]]
        self.velocities = [np.zeros_like(p) for p in self.weights + self.biases]

    def forward(self, x):
        hidden = x @ self.weights[0]
        hidden += self.biases[0]
        np.maximum(hidden, 0, out=hidden)
        z = hidden @ self.weights[1]
        z += self.biases[1]
        z -= z.max(axis=1, keepdims=True)
        np.exp(z, out=z)
        z /= z.sum(axis=1, keepdims=True)
        return hidden, z

    def epoch(self):
        order = self.random.permutation(self.task.train)
        for start in range(0, len(order), BATCH):
            rows = order[start:start + BATCH]
            x = self.task.x[rows]
            hidden, delta = self.forward(x)
            delta[np.arange(len(rows)), self.task.y[rows]] -= 1
            delta /= len(rows)
            below = (delta @ self.weights[1].T) * (hidden > 0)
            gradients = [x.T @ below, hidden.T @ delta, below.sum(0), delta.sum(0)]
            for parameter, velocity, gradient in zip(self.weights + self.biases, self.velocities, gradients):
                velocity *= MOMENTUM
                velocity += gradient
                parameter -= LEARNING_RATE * velocity
        self.p = self.forward(self.task.x)[1]
        assert self.p.dtype == self.task.x.dtype


class Sklearn:
    def __init__(self, task):
        from sklearn.neural_network import MLPClassifier
        self.task = task
        self.model = MLPClassifier((task.units,), solver="sgd", batch_size=BATCH, learning_rate_init=LEARNING_RATE,
                                   momentum=MOMENTUM, nesterovs_momentum=False, alpha=0.0, random_state=0)
        self.model.partial_fit(task.x[:task.train], task.y[:task.train], classes=np.unique(task.y))

    def epoch(self):
        self.model.partial_fit(self.task.x[:self.task.train], self.task.y[:self.task.train])
        self.p = self.model.predict_proba(self.task.x)
        assert self.p.dtype == self.task.x.dtype


class Torch:
    def __init__(self, task):
        import torch
        torch.set_num_threads(1)
        torch.manual_seed(0)
        self.torch, self.train, self.x, self.y = torch, task.train, torch.tensor(task.x), torch.tensor(task.y)
        self.model = torch.nn.Sequential(torch.nn.Linear(task.x.shape[1], task.units), torch.nn.ReLU(),
                                         torch.nn.Linear(task.units, task.classes)).to(self.x.dtype)
        self.loss = torch.nn.CrossEntropyLoss()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=LEARNING_RATE, momentum=MOMENTUM)

    def epoch(self):
        for rows in self.torch.randperm(self.train).split(BATCH):
            self.optimizer.zero_grad()
            self.loss(self.model(self.x[rows]), self.y[rows]).backward()
            self.optimizer.step()
        with self.torch.no_grad():
            self.p = self.torch.softmax(self.model(self.x), 1)


def read_idx(path):
    data = gzip.open(path).read() if path.suffix == ".gz" else path.read_bytes()
    shape = np.frombuffer(data, ">i4", data[3], 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(shape)


def load_mnist(bench):
    """The 60,000 training images, then the 10,000 test images, as hardrow reads them; None if it does not find them."""
    _, listed = bench.run(bench.hardrow, "datasets", "--data-dir", bench.data_dir, "--format", "csv")
    folder = {row["name"]: row["file"] for row in csv.DictReader(listed.splitlines())}["mnist"]
    if not folder:
        return None
    parts = [[read_idx(next(pathlib.Path(folder).glob(f"{part}-{kind}*"))) for part in ("train", "t10k")]
             for kind in ("images", "labels")]
    images, labels = (np.concatenate(part) for part in parts)
    return Task(images.reshape(len(images), -1) / 255.0, labels.astype(np.int64), len(parts[0][0]), 256)


def hardrow_epoch(bench, task, precision, epochs, dataset, *options):
    """A function: milliseconds of an epoch, the median of the column `seconds`."""
    def once():
        db = bench.file("networks.db")
        bench.train(db, dataset, epochs, "--record", "none", "--model", "mlp", "--hidden", task.units, "--batch-size", BATCH,
                    "--precision", precision, *options)
        return 1e3 * statistics.median(row[0] for row in measure.read(db, "SELECT seconds FROM epochs"))

    return once


def baseline_epoch(contender, count):
    """A function: milliseconds of an epoch, from the CPU time of `count`."""
    def once():
        before = time.process_time()
        for _ in range(count):
            contender.epoch()
        return 1e3 * (time.process_time() - before) / count

    contender.epoch()
    return once


def compare(bench, title, task, lengths, options):
    """hardrow with the train command's options, and the others on the task, in both precisions; lengths: epochs of
    hardrow and of the others in a round."""
    for precision, dtype in PRECISIONS.items():
        converted = task.in_precision(dtype)
        contenders = {"hardrow": hardrow_epoch(bench, task, precision, lengths[0], *options)}
        for name, kind in (("numpy", Numpy), ("scikit-learn", Sklearn), ("PyTorch", Torch)):
            contenders[name] = baseline_epoch(kind(converted), lengths[1])
        values = measure.medians(bench.rounds, contenders)
        print()
        measure.print_ratios(f"{title}, {precision} precision", "ms", values, "hardrow")
        fastest = min((value, name) for name, value in values.items() if name != "hardrow")
        print(f"  fastest other: {fastest[1]}, {fastest[0] / values['hardrow']:.2f} times hardrow's epoch")


def run(bench):
    print("(h) one epoch of an MLP, batch 128, every instance evaluated, one thread")
    x, y = bench.load("robot")
    compare(bench, f"24-64-4 on robot: {len(y)} x {x.shape[1]}", Task(x, y, len(y), 64), (100, 20),
            ["robot", "--test-fraction", "0"])
    mnist = load_mnist(bench)
    if mnist is None:
        print("\n784-256-10 on MNIST: skipped, hardrow does not find mnist ('hardrow datasets fetch mnist' gets it)")
        return
    compare(bench, f"784-256-10 on MNIST: {mnist.train} x {mnist.x.shape[1]}, and {len(mnist.y) - mnist.train} evaluated",
            mnist, (3, 2), ["mnist", "--scale", "none"])
