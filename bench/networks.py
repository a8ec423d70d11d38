"""(h) One epoch of MLPs, batch 128, ReLU, SGD with momentum 0.9, and the probabilities of every instance: 24-64-4 on robot
and 784-256-10 and 784-512-512-10 on MNIST (60,000 images to train on, 10,000 more to evaluate). hardrow also computes du, dl and
difficulty.

One thread each, in single and in double precision: hardrow's time is that of its own clock, the others' the CPU time of the
process, which a busy machine does not make longer. Two threads each (hardrow --threads 2; numpy, scikit-learn and PyTorch with
two of OpenBLAS and of OpenMP), on MNIST in single precision: wall time of all, which needs a quiet machine."""

import csv
import gzip
import itertools
import pathlib
import statistics
import time

import numpy as np

import measure

BATCH, LEARNING_RATE, MOMENTUM = 128, 0.01, 0.9
PRECISIONS = {"single": np.float32, "double": np.float64}


class Task:
    """Instances x, y, of which the first `train` are trained on and all are evaluated, and the sizes of the hidden layers."""

    def __init__(self, x, y, train, hidden):
        self.x, self.y, self.train, self.hidden = x, y, train, hidden
        self.sizes = (x.shape[1], *hidden, int(y.max()) + 1)
        self.shape = "-".join(map(str, self.sizes))

    def in_precision(self, dtype):
        return Task(self.x.astype(dtype), self.y, self.train, self.hidden)


class Numpy:
    def __init__(self, task):
        random = np.random.default_rng(0)
        self.task, self.random = task, random
        self.weights = [random.normal(0, 0.1, shape).astype(task.x.dtype) for shape in itertools.pairwise(task.sizes)]
        self.biases = [np.zeros(size, task.x.dtype) for size in task.sizes[1:]]
        self.velocities = [np.zeros_like(p) for p in self.weights + self.biases]

    def forward(self, x):
        """What each layer reads, and the probabilities."""
        read = [x]
        for weight, bias in zip(self.weights[:-1], self.biases[:-1]):
            hidden = read[-1] @ weight
            hidden += bias
            read.append(np.maximum(hidden, 0, out=hidden))
        z = read[-1] @ self.weights[-1]
        z += self.biases[-1]
        z -= z.max(axis=1, keepdims=True)
        np.exp(z, out=z)
        z /= z.sum(axis=1, keepdims=True)
        return read, z

    def backward(self, read, delta):
        """The gradients of the weights, then of the biases, from that of the logits."""
        deltas = [delta]
        for layer in range(len(self.weights) - 1, 0, -1):
            deltas.insert(0, (deltas[0] @ self.weights[layer].T) * (read[layer] > 0))
        return [x.T @ delta for x, delta in zip(read, deltas)] + [delta.sum(0) for delta in deltas]

    def epoch(self):
        order = self.random.permutation(self.task.train)
        for start in range(0, len(order), BATCH):
            rows = order[start:start + BATCH]
            read, delta = self.forward(self.task.x[rows])
            delta[np.arange(len(rows)), self.task.y[rows]] -= 1
            delta /= len(rows)
            for parameter, velocity, gradient in zip(self.weights + self.biases, self.velocities, self.backward(read, delta)):
                velocity *= MOMENTUM
                velocity += gradient
                parameter -= LEARNING_RATE * velocity
        self.p = self.forward(self.task.x)[1]
        assert self.p.dtype == self.task.x.dtype


class Sklearn:
    def __init__(self, task):
        from sklearn.neural_network import MLPClassifier
        self.task = task
        self.model = MLPClassifier(task.hidden, solver="sgd", batch_size=BATCH, learning_rate_init=LEARNING_RATE,
                                   momentum=MOMENTUM, nesterovs_momentum=False, alpha=0.0, random_state=0)
        self.model.partial_fit(task.x[:task.train], task.y[:task.train], classes=np.unique(task.y))

    def epoch(self):
        self.model.partial_fit(self.task.x[:self.task.train], self.task.y[:self.task.train])
        self.p = self.model.predict_proba(self.task.x)
        assert self.p.dtype == self.task.x.dtype


class Torch:
    def __init__(self, task):
        import torch
        torch.manual_seed(0)
        self.torch, self.train, self.x, self.y = torch, task.train, torch.tensor(task.x), torch.tensor(task.y)
        layers = [torch.nn.Linear(*shape) for shape in itertools.pairwise(task.sizes)]
        hidden = [part for layer in layers[:-1] for part in (layer, torch.nn.ReLU())]
        self.model = torch.nn.Sequential(*hidden, layers[-1]).to(self.x.dtype)
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
    return images.reshape(len(images), -1) / 255.0, labels.astype(np.int64), len(parts[0][0])


def hardrow_epoch(bench, task, precision, threads, epochs, dataset, *options):
    """A function: milliseconds of an epoch, the median of the column `seconds`."""
    def once():
        db = bench.file("networks.db")
        bench.train(db, dataset, epochs, "--record", "none", "--model", "mlp", "--hidden", ",".join(map(str, task.hidden)),
                    "--batch-size", BATCH, "--precision", precision, "--threads", threads, *options)
        return 1e3 * statistics.median(row[0] for row in measure.read(db, "SELECT seconds FROM epochs"))

    return once


def baseline_epoch(contender, clock, count):
    """A function: milliseconds of an epoch by the clock, from `count` of them."""
    def once():
        before = clock()
        for _ in range(count):
            contender.epoch()
        return 1e3 * (clock() - before) / count

    contender.epoch()
    return once


def compare(bench, title, task, precision, threads, lengths, options):
    """hardrow with the train command's options, and the others on the task; lengths: epochs of hardrow and of the others
    in a round."""
    import torch
    from threadpoolctl import threadpool_limits
    torch.set_num_threads(threads)
    with threadpool_limits(threads):
        converted = task.in_precision(PRECISIONS[precision])
        clock = time.process_time if threads == 1 else time.perf_counter
        contenders = {"hardrow": hardrow_epoch(bench, task, precision, threads, lengths[0], *options)}
        for name, kind in (("numpy", Numpy), ("scikit-learn", Sklearn), ("PyTorch", Torch)):
            contenders[name] = baseline_epoch(kind(converted), clock, lengths[1])
        values = measure.medians(bench.rounds, contenders)
    print()
    each = "one thread" if threads == 1 else f"{threads} threads"
    measure.print_ratios(f"{task.shape} on {title}, {precision} precision, {each} each", "ms", values, "hardrow")
    fastest = min((value, name) for name, value in values.items() if name != "hardrow")
    print(f"  fastest other: {fastest[1]}, {fastest[0] / values['hardrow']:.2f} times hardrow's epoch")


def run(bench):
    print("(h) one epoch of an MLP, batch 128, every instance evaluated")
    x, y = bench.load("robot")
    for precision in PRECISIONS:
        compare(bench, f"robot: {len(y)} x {x.shape[1]}", Task(x, y, len(y), (64,)), precision, 1, (100, 20),
                ["robot", "--test-fraction", "0"])
    mnist = load_mnist(bench)
    if mnist is None:
        print("\nMNIST: skipped, hardrow does not find it ('hardrow datasets fetch mnist' gets it)")
        return
    x, y, train = mnist
    title = f"MNIST: {train} x {x.shape[1]}, and {len(y) - train} evaluated"
    small, large = Task(x, y, train, (256,)), Task(x, y, train, (512, 512))
    for task, precision, threads in ((small, "single", 1), (small, "double", 1), (small, "single", 2), (large, "single", 2)):
        compare(bench, title, task, precision, threads, (3, 2), ["mnist", "--scale", "none"])
