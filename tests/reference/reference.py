"""Full-batch softmax regression and the difficulty of Yu et al. (CVPR 2022) in numpy, written from the formulas.

Independent of hardrow's C: this is what the C is compared with. Shapes: n instances, d features, k classes.
"""

import csv

import numpy as np


def load(path):
    """X (n, d), y (n), class names in scikit-learn's order (by value if all are integers, else by text)."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    labels = [row[-1] for row in rows]
    try:
        names = sorted(set(labels), key=int)
    except ValueError:
        names = sorted(set(labels))
    x = np.array([[float(value) for value in row[:-1]] for row in rows])
    return x, np.array([names.index(label) for label in labels]), names


def standardise(x):
    """Mean 0 and population standard deviation 1; constant columns become 0."""
    deviation = x.std(axis=0)
    constant = deviation == 0
    return np.where(constant, 0.0, (x - x.mean(axis=0)) / np.where(constant, 1.0, deviation))


def log_softmax(z):
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def class_weights(loss, counts, beta):
    """Weight of each class, scaled to sum k."""
    if loss == "class-balanced":  # Cui et al. 2019: one over the effective number of samples
        weights = (1 - beta) / -np.expm1(counts * np.log(beta))
    elif loss == "inverse-frequency":
        weights = 1 / counts
    else:
        weights = np.ones(len(counts))
    return weights * len(counts) / weights.sum()


class Difficulty:
    """du, dl and D of every instance, epoch after epoch; p_0 = 1/k, D_0 = 1."""

    def __init__(self, y, k, prior, floor=1e-12):
        self.y, self.prior, self.floor = y, prior, floor
        self.past = np.full((len(y), k), -np.log(k))
        self.sum_du, self.sum_dl = np.zeros(len(y)), np.zeros(len(y))
        self.value = np.ones(len(y))

    def update(self, log_p):
        """Takes log p (n, k) of the epoch; sets du, dl, value."""
        log_p = np.maximum(log_p, np.log(self.floor))
        change = np.exp(log_p) - np.exp(self.past)
        ratio = log_p - self.past
        true = np.arange(log_p.shape[1]) == self.y[:, None]
        toward = np.where(true, np.maximum(change, 0), np.minimum(change, 0))
        away = np.where(true, np.minimum(change, 0), np.maximum(change, 0))
        self.dl, self.du = (toward * ratio).sum(axis=1), (away * ratio).sum(axis=1)
        self.sum_dl += self.dl
        self.sum_du += self.du
        self.value = (self.prior + self.sum_du) / (self.prior + self.sum_dl)
        self.past = log_p


class Optimizer:
    """PyTorch's forms of SGD with momentum, Nesterov's momentum and Adam; weight decay is added to the gradient of W."""

    def __init__(self, case):
        self.case, self.step, self.moments = case, 0, {}

    def update(self, name, parameter, gradient):
        case = self.case
        if name == "weight":
            gradient = gradient + case["weight_decay"] * parameter
        first, second = self.moments.get(name, (0.0, 0.0))
        if case["optimizer"] == "adam":
            first = 0.9 * first + 0.1 * gradient
            second = 0.999 * second + 0.001 * gradient**2
            corrected = np.sqrt(second) / np.sqrt(1 - 0.999**self.step)
            move = first / (1 - 0.9**self.step) / (corrected + 1e-8)
        else:
            first = case["momentum"] * first + gradient
            move = gradient + case["momentum"] * first if case["nesterov"] else first
        self.moments[name] = first, second
        return parameter - case["learning_rate"] * move


def train(x, y, case, epochs):
    """Yields the state after each epoch of one full-batch step from zero on sum_i v_i CE_i / n, v_i = the class's weight,
    times n w_i of the epoch before for the loss 'difficulty'."""
    n, k = len(y), y.max() + 1
    weight, bias = np.zeros((k, x.shape[1])), np.zeros(k)
    target = np.eye(k)[y]
    by_class = class_weights(case["loss"], np.bincount(y), case["beta"])[y]
    difficulty, optimizer = Difficulty(y, k, case["prior"]), Optimizer(case)
    log_p = log_softmax(np.zeros((n, k)))
    instance_weight = by_class
    for epoch in range(1, epochs + 1):
        delta = (np.exp(log_p) - target) * instance_weight[:, None] / n
        optimizer.step = epoch
        weight = optimizer.update("weight", weight, delta.T @ x)
        bias = optimizer.update("bias", bias, delta.sum(axis=0))
        log_p = log_softmax(x @ weight.T + bias)
        difficulty.update(log_p)
        if case["loss"] == "difficulty":
            instance_weight = n * difficulty.value / difficulty.value.sum()
        yield {
            "epoch": epoch, "weight": weight, "bias": bias, "p": np.exp(log_p),
            "loss": -log_p[np.arange(n), y].mean(),
            "accuracy": (log_p.argmax(axis=1) == y).mean(),
            "effective_sample_size": instance_weight.sum() ** 2 / (instance_weight**2).sum(),
            "p_true": np.exp(log_p[np.arange(n), y]),
            "du": difficulty.du, "dl": difficulty.dl, "difficulty": difficulty.value.copy(),
            "sum_du": difficulty.sum_du.copy(), "sum_dl": difficulty.sum_dl.copy(),
        }


def optimum(x, y, decay):
    """Minimum of mean CE + decay/2 ||W||^2 by Newton's method: objective, mean CE, W (k, d), b (k) with zero sum."""
    n, k = len(y), y.max() + 1
    design = np.hstack([x, np.ones((n, 1))])
    columns = design.shape[1]
    target = np.eye(k)[y]
    penalty = np.tile(np.r_[np.full(columns - 1, decay), 0.0], k)
    theta = np.zeros(k * columns)
    for _ in range(100):
        log_p = log_softmax(design @ theta.reshape(k, columns).T)
        p = np.exp(log_p)
        gradient = ((p - target).T @ design / n).ravel() + penalty * theta
        hessian = np.diag(penalty)
        for a in range(k):
            for b in range(k):
                share = p[:, a] * ((a == b) - p[:, b]) / n
                hessian[a * columns:(a + 1) * columns, b * columns:(b + 1) * columns] += (design.T * share) @ design
        # The bias's direction of no change (all alike) has no curvature: least squares leaves it at 0.
        step = np.linalg.lstsq(hessian, gradient, rcond=1e-14)[0]
        theta -= step
        if np.abs(step).max() < 1e-13:
            break
    theta = theta.reshape(k, columns)
    weight, bias = theta[:, :-1], theta[:, -1] - theta[:, -1].mean()
    mean_ce = -log_softmax(x @ weight.T + bias)[np.arange(n), y].mean()
    return mean_ce + decay / 2 * (weight**2).sum(), mean_ce, weight, bias
