"""The same epochs in numpy, scikit-learn and PyTorch: softmax regression, SGD with momentum 0.9, batch 32, one thread.

Each class trains one epoch and evaluates every instance per call of epoch(). The evaluation is p of every instance; with
difficulty=True also du, dl and D, as hardrow's always is (scikit-learn has only p).
"""

import numpy as np

BATCH = 32
LEARNING_RATE = 0.01
MOMENTUM = 0.9
FLOOR = 1e-12


class Difficulty:
    """du, dl, D of Yu et al. (CVPR 2022), vectorised for either library: `lib` is numpy or torch."""

    def __init__(self, lib, true, shape):
        self.lib, self.true, self.p = lib, true, lib.full(shape, 1.0 / shape[1], dtype=lib.float64)
        self.log_p = lib.log(self.p)
        self.sum_du = self.sum_dl = 0.0

    def update(self, p):
        lib = self.lib
        p = lib.clip(p, FLOOR, None)
        log_p = lib.log(p)
        change = p - self.p
        psi = change * (log_p - self.log_p)
        learning = (change > 0) == self.true
        dl = lib.where(learning, psi, lib.zeros_like(psi)).sum(1)
        du = psi.sum(1) - dl
        self.sum_du, self.sum_dl, self.p, self.log_p = self.sum_du + du, self.sum_dl + dl, p, log_p
        self.value = (1 + self.sum_du) / (1 + self.sum_dl)
        self.du, self.dl = du, dl


class Numpy:
    def __init__(self, x, y, difficulty):
        n, d, k = len(x), x.shape[1], y.max() + 1
        self.x, self.y = x, y
        self.weight, self.bias = np.zeros((k, d)), np.zeros(k)
        self.weight_velocity, self.bias_velocity = np.zeros((k, d)), np.zeros(k)
        self.random = np.random.default_rng(0)
        self.rows = np.arange(BATCH)
        self.difficulty = Difficulty(np, np.eye(k, dtype=bool)[y], (n, k)) if difficulty else None

    def softmax(self, x):
        z = x @ self.weight.T
        z += self.bias
        z -= z.max(axis=1, keepdims=True)
        np.exp(z, out=z)
        z /= z.sum(axis=1, keepdims=True)
        return z

    def epoch(self):
        order = self.random.permutation(len(self.y))
        x, y = self.x[order], self.y[order]
        for start in range(0, len(y), BATCH):
            xb, yb = x[start:start + BATCH], y[start:start + BATCH]
            delta = self.softmax(xb)
            delta[self.rows[:len(yb)], yb] -= 1
            delta /= len(yb)
            self.weight_velocity *= MOMENTUM
            self.weight_velocity += delta.T @ xb
            self.bias_velocity *= MOMENTUM
            self.bias_velocity += delta.sum(axis=0)
            self.weight -= LEARNING_RATE * self.weight_velocity
            self.bias -= LEARNING_RATE * self.bias_velocity
        self.p = self.softmax(self.x)
        self.predicted = self.p.argmax(axis=1)
        if self.difficulty:
            self.difficulty.update(self.p)


class Sklearn:
    def __init__(self, x, y, difficulty):
        from sklearn.neural_network import MLPClassifier
        assert not difficulty
        self.x, self.y = x, y
        self.model = MLPClassifier((), solver="sgd", batch_size=BATCH, learning_rate_init=LEARNING_RATE, momentum=MOMENTUM,
                                   nesterovs_momentum=False, alpha=0.0, random_state=0)
        self.model.partial_fit(x, y, classes=np.unique(y))

    def epoch(self):
        self.model.partial_fit(self.x, self.y)
        self.p = self.model.predict_proba(self.x)
        self.predicted = self.p.argmax(axis=1)


class Torch:
    def __init__(self, x, y, difficulty):
        import torch
        torch.set_num_threads(1)
        torch.manual_seed(0)
        self.torch, n, k = torch, len(x), int(y.max()) + 1
        self.x, self.y = torch.tensor(x), torch.tensor(y)
        self.model = torch.nn.Linear(x.shape[1], k, dtype=torch.float64)
        self.loss = torch.nn.CrossEntropyLoss()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=LEARNING_RATE, momentum=MOMENTUM)
        true = torch.nn.functional.one_hot(self.y, k).bool()
        self.difficulty = Difficulty(torch, true, (n, k)) if difficulty else None

    def epoch(self):
        torch = self.torch
        order = torch.randperm(len(self.y))
        # A DataLoader takes twenty times longer than slices.
        x, y = self.x[order], self.y[order]
        for xb, yb in zip(x.split(BATCH), y.split(BATCH)):
            self.optimizer.zero_grad()
            self.loss(self.model(xb), yb).backward()
            self.optimizer.step()
        with torch.no_grad():
            self.p = torch.softmax(self.model(self.x), 1)
            self.predicted = self.p.argmax(1)
            if self.difficulty:
                self.difficulty.update(self.p)


CONTENDERS = {
    "numpy": (Numpy, True),
    "numpy, p only": (Numpy, False),
    "scikit-learn, p only": (Sklearn, False),
    "PyTorch": (Torch, True),
    "PyTorch, p only": (Torch, False),
}
