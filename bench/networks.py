"""(h) One epoch of the MLP 24-64-4 on robot, batch 128, ReLU, SGD with momentum 0.9, and the probabilities of every instance,
in double precision everywhere. hardrow also computes du, dl and difficulty."""

import statistics

import numpy as np

import epochs
import measure

UNITS, BATCH, LEARNING_RATE, MOMENTUM = 64, 128, 0.01, 0.9


class Numpy:
    def __init__(self, x, y):
        random = np.random.default_rng(0)
        sizes = (x.shape[1], UNITS, y.max() + 1)
        self.x, self.y, self.random = x, y, random
        self.weights = [random.normal(0, 0.1, shape) for shape in zip(sizes, sizes[1:])]
        self.biases = [np.zeros(size) for size in sizes[1:]]
        self.velocities = [np.zeros_like(p) for p in self.weights + self.biases]

    def forward(self, x):
        hidden = np.maximum(x @ self.weights[0] + self.biases[0], 0)
        z = hidden @ self.weights[1] + self.biases[1]
        z -= z.max(axis=1, keepdims=True)
        np.exp(z, out=z)
        z /= z.sum(axis=1, keepdims=True)
        return hidden, z

    def epoch(self):
        order = self.random.permutation(len(self.y))
        for start in range(0, len(order), BATCH):
            rows = order[start:start + BATCH]
            x = self.x[rows]
            hidden, delta = self.forward(x)
            delta[np.arange(len(rows)), self.y[rows]] -= 1
            delta /= len(rows)
            below = (delta @ self.weights[1].T) * (hidden > 0)
            gradients = [x.T @ below, hidden.T @ delta, below.sum(0), delta.sum(0)]
            for parameter, velocity, gradient in zip(self.weights + self.biases, self.velocities, gradients):
                velocity *= MOMENTUM
                velocity += gradient
                parameter -= LEARNING_RATE * velocity
        self.p = self.forward(self.x)[1]


class Sklearn:
    def __init__(self, x, y):
        from sklearn.neural_network import MLPClassifier
        self.x, self.y = x, y
        self.model = MLPClassifier((UNITS,), solver="sgd", batch_size=BATCH, learning_rate_init=LEARNING_RATE,
                                   momentum=MOMENTUM, nesterovs_momentum=False, alpha=0.0, random_state=0)
        self.model.partial_fit(x, y, classes=np.unique(y))

    def epoch(self):
        self.model.partial_fit(self.x, self.y)
        self.p = self.model.predict_proba(self.x)


class Torch:
    def __init__(self, x, y):
        import torch
        torch.set_num_threads(1)
        torch.manual_seed(0)
        self.torch, self.x, self.y = torch, torch.tensor(x), torch.tensor(y)
        self.model = torch.nn.Sequential(torch.nn.Linear(x.shape[1], UNITS), torch.nn.ReLU(),
                                         torch.nn.Linear(UNITS, int(y.max()) + 1)).double()
        self.loss = torch.nn.CrossEntropyLoss()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=LEARNING_RATE, momentum=MOMENTUM)

    def epoch(self):
        order = self.torch.randperm(len(self.y))
        for xb, yb in zip(self.x[order].split(BATCH), self.y[order].split(BATCH)):
            self.optimizer.zero_grad()
            self.loss(self.model(xb), yb).backward()
            self.optimizer.step()
        with self.torch.no_grad():
            self.p = self.torch.softmax(self.model(self.x), 1)


def run(bench):
    print("(h) one epoch of the MLP 24-64-4, batch 128, every instance evaluated, double precision, one thread")
    x, y = bench.load("robot")

    def hardrow():
        db = bench.file("networks.db")
        bench.train(db, "robot", 60, "--record", "none", "--test-fraction", "0", "--model", "mlp", "--hidden", UNITS,
                    "--batch-size", BATCH)
        return 1e3 * statistics.median(row[0] for row in measure.read(db, "SELECT seconds FROM epochs"))

    contenders = {name: epochs.time_baseline(kind(x, y), 2)
                  for name, kind in (("numpy", Numpy), ("scikit-learn", Sklearn), ("PyTorch", Torch))}
    values = measure.medians(bench.rounds, {"hardrow": hardrow, **contenders})
    measure.print_ratios(f"robot: {len(y)} x {x.shape[1]}, {y.max() + 1} classes", "ms", values, "hardrow")
