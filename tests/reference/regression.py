"""Regression of linear networks and MLPs in numpy, written from the papers: losses of a difference, weights of bins (LDS)
and smoothed features (FDS) of Yang et al. 2021, balanced MSE of Ren et al. 2022.

Independent of hardrow's C: this is what the C is compared with. Windows and smoothing are SciPy's, as in the papers' code.
Shapes: n instances, d features, h hidden units, k bins.
"""

import csv

import numpy as np
from scipy.ndimage import convolve1d, gaussian_filter1d
from scipy.signal.windows import triang


def load(path):
    """X (n, d) and target (n)."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = np.array([[float(value) for value in row] for row in list(csv.reader(file))[1:]])
    return rows[:, :-1], rows[:, -1]


def bin_of(target, bins):
    """Bins of equal width from the smallest target to the largest, which belongs to the last."""
    edges = np.linspace(target.min(), target.max(), bins + 1)
    return np.minimum(np.searchsorted(edges, target, side="right") - 1, bins - 1)


def window(kernel):
    """Values of a kernel (kind, size, sigma), the largest 1."""
    kind, size, sigma = kernel
    half = size // 2
    if kind == "gaussian":
        values = gaussian_filter1d(np.eye(size)[half], sigma=sigma)
    elif kind == "triangular":
        values = triang(size)
    else:
        values = np.exp(-np.abs(np.arange(-half, half + 1)) / sigma)
    return values / values.max()


def bin_weights(kind, kernel, counts):
    """Weight of each bin, of mean 1 over the instances."""
    if kind == "none":
        return np.ones(len(counts))
    size = np.clip(counts, 5, 1000).astype(float) if kind == "inverse" else np.sqrt(counts)
    if kernel:
        size = convolve1d(size, weights=window(kernel), mode="constant")
    weight = np.divide(1, size, out=np.zeros(len(size)), where=counts > 0)
    return weight * counts.sum() / (weight * counts).sum()


class FeatureSmoothing:
    """FDS: x of bin b becomes (x - mu_b) sqrt(clip(v~_b / v_b)) + mu~_b."""

    def __init__(self, kernel, momentum, bins, features):
        self.kernel, self.momentum, self.first = window(kernel) / window(kernel).sum(), momentum, True
        self.mean, self.variance = np.zeros((bins, features)), np.zeros((bins, features))
        self.scale, self.shift = np.ones((bins, features)), np.zeros((bins, features))

    def smooth(self, rows):
        half = len(self.kernel) // 2
        padded = np.pad(rows, ((half, half), (0, 0)), mode="reflect")
        return sum(w * padded[i:i + len(rows)] for i, w in enumerate(self.kernel))

    def update(self, features, bins):
        momentum = 0 if self.first else self.momentum
        self.first = False
        present = np.unique(bins)
        for b in present:
            own = features[bins == b]
            variance = own.var(axis=0, ddof=1) if len(own) > 1 else np.zeros(own.shape[1])
            self.mean[b] = (1 - momentum) * own.mean(axis=0) + momentum * self.mean[b]
            self.variance[b] = (1 - momentum) * variance + momentum * self.variance[b]
        for rows in (self.mean, self.variance):
            for j in range(rows.shape[1]):
                rows[:, j] = np.interp(np.arange(len(rows)), present, rows[present, j])
        known = self.variance > 0
        ratio = np.divide(self.smooth(self.variance), self.variance, out=np.ones_like(self.variance), where=known)
        self.scale = np.where(known, np.sqrt(np.clip(ratio, 0.1, 10)), 1)
        self.shift = np.where(known, self.smooth(self.mean) - self.mean * self.scale, 0)


def losses(case, z, t):
    """Of each instance the loss of output z for target t and its derivatives: by z, and by the noise of balanced-mse, whose
    factor 2 s^2 is held fixed."""
    d = z - t
    size, sign = np.abs(d), np.sign(d)
    name = case["loss"]
    if name == "mse":
        return d**2, 2 * d, 0
    if name == "l1":
        return size, sign, 0
    if name == "huber":
        beta = case["huber_beta"]
        near = size < beta
        return np.where(near, d**2 / (2 * beta), size - beta / 2), np.where(near, d / beta, sign), 0
    if name in ("focal-mse", "focal-l1"):
        beta, gamma, power = case["focal_beta"], case["gamma"], 2 if name == "focal-mse" else 1
        if case["focal_form"] == "sigmoid":
            score = 1 / (1 + np.exp(-beta * size))
            focus, slope = 2 * score - 1, 2 * beta * score * (1 - score)
        else:
            focus = np.tanh(beta * size)
            slope = beta * (1 - focus**2)
        value = size**power * focus**gamma
        rise = power * size**(power - 1) * focus**gamma + size**power * gamma * focus**(gamma - 1) * slope
        return value, sign * rise, 0
    s = case["noise"]
    square = (z[:, None] - t[None, :])**2
    logits = -square / (2 * s**2)
    top = logits.max(axis=1, keepdims=True)
    total = np.exp(logits - top).sum(axis=1, keepdims=True)
    p = np.exp(logits - top) / total
    value = 2 * s**2 * ((top + np.log(total))[:, 0] - np.diag(logits))
    by_noise = 2 * ((p * square).sum(axis=1) - d**2) / s
    return value, 2 * (p @ t - t), by_noise


class Momentum:
    """SGD as PyTorch has it: the first step's velocity is the gradient."""

    def __init__(self, case):
        self.rate, self.momentum, self.velocity = case["learning_rate"], case["momentum"], {}

    def step(self, name, parameter, gradient):
        self.velocity[name] = self.momentum * self.velocity.get(name, 0) + gradient
        parameter -= self.rate * self.velocity[name]


def train(x, target, case, start, epochs):
    """Yields, after each epoch of one full-batch step on sum_i w_i loss_i / n, outputs in the label's unit (n) and the last
    layer. Targets are trained standardised. start: parameters W1, b1, W2, b2; without a hidden layer W2, b2."""
    mean, deviation = target.mean(), target.std()
    t, n = (target - mean) / deviation, len(target)
    bins = bin_of(target, case["bins"])
    counts = np.bincount(bins, minlength=case["bins"])
    weight = bin_weights(case["weights"], case["kernel"] if case["lds"] else None, counts)[bins]
    parameters = {name: value.copy() for name, value in start.items()}
    hidden = "W1" in parameters
    smoothing = FeatureSmoothing(case["kernel"], 0.9, case["bins"], len(start["b1"])) if case["fds"] else None
    optimizer = Momentum(case)
    case = dict(case)

    def features():
        return np.tanh(x @ parameters["W1"].T + parameters["b1"]) if hidden else x

    for epoch in range(1, epochs + 1):
        plain = features()
        scale = smoothing.scale[bins] if smoothing else 1
        read = plain * scale + (smoothing.shift[bins] if smoothing else 0)
        z = read @ parameters["W2"] + parameters["b2"]
        _, delta, by_noise = losses(case, z, t)
        delta = delta * weight / n
        gradients = {"W2": delta @ read, "b2": delta.sum()}
        if hidden:
            below = np.outer(delta, parameters["W2"]) * scale * (1 - plain**2)
            gradients["W1"], gradients["b1"] = below.T @ x, below.sum(axis=0)
        for name, gradient in gradients.items():
            optimizer.step(name, parameters[name], gradient)
        if case["loss"] == "balanced-mse":
            case["noise"] -= case["noise_rate"] * (by_noise * weight).sum() / n
        if smoothing:
            smoothing.update(features(), bins)
        z = features() @ parameters["W2"] + parameters["b2"]
        yield {"epoch": epoch, "prediction": mean + deviation * z, "weight": parameters["W2"].copy(),
               "bias": float(parameters["b2"]), "noise": case["noise"]}
