"""The losses as functions of one instance's logits, written from their papers. Gradients come from them by complex steps
(Squire and Trapp 1998: the imaginary part of f(z + ih) / h, exact to rounding), not from any formula of a gradient.

z: k logits, complex; y: class; counts: training instances of each class; s: the run's settings.
"""

import cmath
import math

STEP = 1e-30


def log_sum(values):
    return cmath.log(sum(cmath.exp(v) for v in values))


def cross_entropy(z, y, counts, s):
    return log_sum(z) - z[y]


def focal(z, y, counts, s):
    rest = cmath.exp(log_sum([v for c, v in enumerate(z) if c != y]) - log_sum(z))
    return rest ** s["gamma"] * cross_entropy(z, y, counts, s)


def focal_reweighted(z, y, counts, s):
    loss = class_weights(counts, {**s, "loss": "class-balanced"})[y] * cross_entropy(z, y, counts, s)
    return (1 - cmath.exp(-loss)) ** s["gamma"] * loss


def logit_adjusted(z, y, counts, s):
    return cross_entropy([v + math.log((n / sum(counts)) ** s["tau"] + 1e-12) for v, n in zip(z, counts)], y, counts, s)


def balanced_softmax(z, y, counts, s):
    return cross_entropy([v + math.log(n) for v, n in zip(z, counts)], y, counts, s)


def cdt(z, y, counts, s):
    return cross_entropy([v / (max(counts) / n) ** s["gamma"] for v, n in zip(z, counts)], y, counts, s)


def ldam(z, y, counts, s):
    margin = s["margin"] * counts[y] ** -0.25 / max(n ** -0.25 for n in counts)
    return cross_entropy([v - s["classifier_scale"] * margin * (c == y) for c, v in enumerate(z)], y, counts, s)


def pairwise_margin(z, y, counts, s):
    share = [n / sum(counts) for n in counts]
    form = s["pairwise_delta"]

    def margin(c):
        if ";" in form:
            return float(form.split(";")[y].split(",")[c])
        return {"zero": 0, "adaptive": share[y] ** -0.25, "logit-adjusted": s["tau"] * math.log(share[c] / share[y]),
                "equalized": math.log(1 - s["gamma"]) if share[c] < s["lambda"] else 0}[form]
    return cmath.log(1 + sum(cmath.exp(margin(c) + v - z[y]) for c, v in enumerate(z) if c != y))


def cells(z, y, gamma, weight):
    """Sum over classes of weight(c) (1 - p_t)^gamma (-log p_t)."""
    total = 0
    for c, v in enumerate(z):
        u = v if c == y else -v
        total += weight(c) * (1 / (1 + cmath.exp(u))) ** gamma * cmath.log(1 + cmath.exp(-u))
    return total


def sigmoid(z, y, counts, s):
    return cells(z, y, 0, lambda c: 1)


def sigmoid_focal(z, y, counts, s):
    return cells(z, y, s["gamma"], lambda c: 1)


def focal_sigmoid(z, y, counts, s):
    return cells(z, y, s["gamma"], lambda c: s["alpha"] if c == y else 1 - s["alpha"])


def acsl(z, y, counts, s):
    return cells(z, y, 0, lambda c: c == y or 1 / (1 + math.exp(-z[c].real)) >= s["xi"])


def equalization(z, y, counts, s):
    return cells(z, y, 0, lambda c: c == y or counts[c] / sum(counts) >= s["lambda"])


LOSSES = {
    "cross-entropy": cross_entropy, "class-balanced": cross_entropy, "inverse-frequency": cross_entropy,
    "balanced": cross_entropy, "cost-sensitive": cross_entropy, "log-frequency": cross_entropy, "focal": focal, "focal-reweighted": focal_reweighted,
    "logit-adjusted": logit_adjusted, "balanced-softmax": balanced_softmax, "cdt": cdt, "pairwise-margin": pairwise_margin,
    "class-balanced-sigmoid": sigmoid, "class-balanced-focal": sigmoid_focal, "focal-sigmoid": focal_sigmoid, "acsl": acsl,
    "equalization": equalization, "ldam": ldam,
}
SIGMOID = {"class-balanced-sigmoid", "class-balanced-focal", "focal-sigmoid", "acsl", "equalization", "ghm"}


def class_weights(counts, s):
    loss = s["loss"]
    if loss.startswith("class-balanced"):
        weights = [(1 - s["beta"]) / (1 - s["beta"] ** n) for n in counts]
    elif loss == "inverse-frequency":
        weights = [1 / n for n in counts]
    else:
        return [{"balanced": sum(counts) / len(counts) / n, "cost-sensitive": (min(counts) / n) ** (s["gamma"] or 0),
                 "log-frequency": 1 - math.log(n / max(counts)),
                 "pairwise-margin": sum(counts) / n if s["pairwise_alpha"] == "inverse" else 1}.get(loss, 1) for n in counts]
    return [w * len(counts) / sum(weights) for w in weights]


def density_weights(logits, ys, s):
    """GHM-C without momentum (Li et al. 2019): of every cell, the number of cells over that of its bin and the number of
    bins that have any; and one over the number of cells, as all of them are averaged."""
    bins = [[min(int(abs(1 / (1 + math.exp(-v)) - (c == y)) * s["bins"]), s["bins"] - 1) for c, v in enumerate(z)]
            for z, y in zip(logits, ys)]
    flat = [b for row in bins for b in row]
    return [[1 / flat.count(b) / len(set(flat)) for b in row] for row in bins]


def gradients(logits, ys, counts, s):
    """Of the loss of the whole batch by the logits of each instance."""
    if s["loss"] == "ghm":
        return [[w * (1 / (1 + math.exp(-v)) - (c == y)) for c, (v, w) in enumerate(zip(z, row))]
                for z, y, row in zip(logits, ys, density_weights(logits, ys, s))]
    weight = class_weights(counts, s)
    divisor = sum(weight[y] for y in ys) if s["reduction"] == "weights" else len(ys)
    result = []
    for z, y in zip(logits, ys):
        steps = [[complex(v, STEP if at == c else 0) for at, v in enumerate(z)] for c in range(len(z))]
        result.append([weight[y] / divisor * LOSSES[s["loss"]](step, y, counts, s).imag / STEP for step in steps])
    return result
