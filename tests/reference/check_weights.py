#!/usr/bin/env python3
"""Checks the recorded layer weights of a hardrow file, without numpy: check_weights.py FILE.db

1. Forward: the weights of every recorded epoch, applied to the data set's (scaled) features, and adjusted as the run says, give
   the recorded predictions.
2. Backward, for runs without sampling noise (sampler all, one full batch, plain SGD, a loss of losses.py, no dropout, no cosine
   classifier above hidden layers): one step of gradient descent from the weights of an epoch, from 0 on, gives those of the next, to
   the rounding of the precision.
3. Measures: el2n from the weights after its epoch, grand as the norm of an explicit gradient at those before.

The last line printed is `N passed, N failed`, counting runs.
"""

import json
import math
import sqlite3
import struct
import sys

import losses

FLOAT32 = 2e-6  # of recorded probabilities
STEP = {"double": 1e-13, "single": 2e-7}  # rounding of a step, by the run's precision
MEASURE = {"double": 1e-9, "single": 1e-5}  # of el2n and grand


def matrix(blob, rows, cols):
    values = struct.unpack(f"<{rows * cols}d", blob)
    return [list(values[r * cols:(r + 1) * cols]) for r in range(rows)]


class Run:
    def __init__(self, database, run_id):
        self.database, self.run_id = database, run_id
        settings, dataset_id = database.execute(
            "SELECT settings, dataset_id FROM runs WHERE run_id = ?", (run_id,)).fetchone()
        self.settings = json.loads(settings)
        self.instances = database.execute(
            "SELECT instance_id, class FROM instances WHERE dataset_id = ? ORDER BY instance_id", (dataset_id,)).fetchall()
        features = {}
        for instance, value in database.execute(
                "SELECT instance_id, value FROM features WHERE dataset_id = ? ORDER BY feature_index", (dataset_id,)):
            features.setdefault(instance, []).append(value)
        self.classes = [name for name, in database.execute(
            "SELECT name FROM class WHERE dataset_id = ? ORDER BY class_index", (dataset_id,))]
        self.layers = {}  # epoch -> [(weight, bias)]
        self.mean_feature = {}  # epoch -> the moving average of the batches' mean features
        self.chosen, split_id = database.execute("SELECT chosen, split_id FROM runs WHERE run_id = ?", (run_id,)).fetchone()
        self.counts = [n for n, in database.execute(
            "SELECT train_instances FROM split_class WHERE split_id = ? ORDER BY class_index", (split_id,))]
        self.train = {i for i, in database.execute(
            "SELECT instance_id FROM instance_summary WHERE run_id = ? AND part = 'train'", (run_id,))}
        rows = database.execute("SELECT epoch, layer, name, rows, cols, value FROM weights WHERE run_id = ?"
                                " ORDER BY epoch, layer, name DESC", (run_id,)).fetchall()
        scale = {name: matrix(value, r, c)[0] for _, _, name, r, c, value in rows if name.startswith("scale_")}
        for epoch, layer, name, r, c, value in rows:
            if name == "weight":
                # The bilateral classifier is linear, without a bias of its own.
                bias = [0.0] * r if self.settings["classifier"] == "bilateral" else None
                self.layers.setdefault(epoch, []).append([matrix(value, r, c), bias])
            elif name == "bias":
                self.layers[epoch][layer][1] = [row[0] for row in matrix(value, r, c)]
            elif name == "mean_feature":
                self.mean_feature[epoch] = matrix(value, r, c)[0]
        self.x = {i: self.scaled(features[i], scale) for i, _ in self.instances}
        self.y = {i: self.classes.index(name) for i, name in self.instances}

    @staticmethod
    def scaled(x, scale):
        if not scale:
            return x
        return [(v - m) / s if s > 0 else 0.0 for v, m, s in zip(x, scale["scale_mean"], scale["scale_sd"])]

    def heads(self, values):
        """A cosine classifier's features, or weights of a class, by head."""
        width = len(values) // self.settings["classifier_heads"]
        return [values[at:at + width] for at in range(0, len(values), width)]

    def cosine_logit(self, row, x):
        """(s / H) sum_h w^_h x^_h, x^ = x / |x| (0 if x is 0), w^ = w / (|w| + gamma)."""
        cosines = [sum(w * a for w, a in zip(wh, xh)) / (sum(w * w for w in wh) ** 0.5 + self.settings["classifier_gamma"]) / (math.hypot(*xh) or 1)
                   for wh, xh in zip(self.heads(row), self.heads(x))]
        return self.settings["classifier_scale"] / self.settings["classifier_heads"] * sum(cosines)

    def forward(self, layers, x):
        """(outputs of every layer with x first, the last of them the logits)."""
        outputs = [x]
        for depth, (weight, bias) in enumerate(layers):
            if bias is None:
                z = [self.cosine_logit(row, outputs[-1]) for row in weight]
            else:
                z = [sum(w * a for w, a in zip(row, outputs[-1])) + b for row, b in zip(weight, bias)]
            if depth + 1 < len(layers):
                z = [math.tanh(v) if self.settings["activation"] == "tanh" else max(v, 0.0) for v in z]
            outputs.append(z)
        return outputs

    @staticmethod
    def softmax(z):
        highest = max(z)
        e = [math.exp(v - highest) for v in z]
        return [v / sum(e) for v in e]

    def probabilities(self, z):
        if self.settings["loss"] in losses.SIGMOID:
            scores = [1 / (1 + math.exp(-v)) for v in z]
            return [v / sum(scores) for v in scores]
        return self.softmax(z)

    def check_forward(self):
        worst = 0.0
        for epoch in self.layers.keys() - {0}:
            recorded = {}
            for i, name, p in self.database.execute("SELECT instance_id, class, probability FROM predictions"
                                                    " WHERE run_id = ? AND epoch = ?", (self.run_id, epoch)):
                recorded[i, name] = p
            for i, p in self.predictions(epoch):
                worst = max(worst, max(abs(recorded[i, name] - v) for name, v in zip(self.classes, p)))
        return worst

    def predictions(self, epoch):
        """[(instance, its probabilities)] as the weights of that epoch make them."""
        outputs = {i: self.forward(self.layers[epoch], x) for i, x in self.x.items()}
        adjust = Adjustment(self, epoch, {i: of[-2] for i, of in outputs.items()})
        return [(i, self.probabilities(adjust(of[-1], of[-2]))) for i, of in outputs.items()]

    def gradient_norm(self, layers, i):
        """Of the cross-entropy of instance i, by every weight and bias of the last layer."""
        *_, below, z = self.forward(layers, self.x[i])
        steps = ([complex(v, losses.STEP if at == c else 0) for at, v in enumerate(z)] for c in range(len(z)))
        delta = [losses.cross_entropy(step, self.y[i], self.counts, self.settings).imag / losses.STEP for step in steps]
        return math.hypot(*(d * a for d in delta for a in [*below, 1]))

    def check_measures(self):
        epoch, worst = self.settings["el2n_epoch"], 0.0
        measures = {i: of for i, *of in self.database.execute(
            "SELECT instance_id, el2n, grand FROM instance_summary WHERE run_id = ?", (self.run_id,))}
        for i, p in self.predictions(epoch):
            worst = max(worst, abs(measures[i][0] - math.hypot(*(v - (c == self.y[i]) for c, v in enumerate(p)))))
        for i, (_, grand) in measures.items():
            if self.settings["classifier"] == "cosine":
                assert grand is None
            else:
                worst = max(worst, abs(grand - self.gradient_norm(self.layers[epoch - 1], i)))
        return worst

    def slopes(self, row, bias, below):
        """Of a logit by the weights of its class: complex steps for a cosine classifier."""
        if bias is not None:
            return below
        steps = ([complex(w, losses.STEP if c == at else 0) for c, w in enumerate(row)] for at in range(len(row)))
        return [self.cosine_logit(step, below).imag / losses.STEP for step in steps]

    def descended(self, layers):
        """The layers after one step of gradient descent on the loss of all instances."""
        gradients = [([[0.0] * len(w[0]) for _ in w], [0.0] * len(b or [])) for w, b in layers]
        everyone = [self.forward(layers, x) for x in self.x.values()]
        deltas = losses.gradients([outputs[-1] for outputs in everyone], [self.y[i] for i in self.x], self.counts, self.settings)
        for outputs, delta in zip(everyone, deltas):
            for depth in reversed(range(len(layers))):
                below = outputs[depth]
                for r, d in enumerate(delta):
                    weight, bias = layers[depth]
                    if bias is not None:
                        gradients[depth][1][r] += d
                    for c, a in enumerate(self.slopes(weight[r], bias, below)):
                        gradients[depth][0][r][c] += d * a
                if depth > 0:
                    slope = [1 - a * a if self.settings["activation"] == "tanh" else float(a > 0) for a in below]
                    delta = [s * sum(d * row[c] for d, row in zip(delta, layers[depth][0]))
                             for c, s in enumerate(slope)]
        rate = self.settings["learning_rate"]
        return [([[w - rate * g for w, g in zip(*rows)] for rows in zip(weight, gw)],
                 [b - rate * g for b, g in zip(bias or [], gb)]) for (weight, bias), (gw, gb) in zip(layers, gradients)]

    def is_plain_descent(self):
        wanted = {"sampler": "all", "optimizer": "sgd", "momentum": 0, "weight_decay": 0,
                  "dropout": 0, "test_fraction": 0, "schedule": "constant", "warm_up_epochs": 0}
        known = self.settings["loss"] in losses.LOSSES or (self.settings["loss"] == "ghm" and self.settings["bin_momentum"] == 0)
        known = known and (self.settings["classifier"] == "linear" or all(len(layers) == 1 for layers in self.layers.values()))
        return (known and all(self.settings.get(name) == value for name, value in wanted.items())
                and int(self.settings["batch_size"]) == len(self.x))

    def check_backward(self):
        worst = 0.0
        for epoch in sorted(self.layers):
            if epoch + 1 not in self.layers or not self.is_plain_descent():
                continue
            for (w1, b1), (w2, b2) in zip(self.descended(self.layers[epoch]), self.layers[epoch + 1]):
                for r1, r2 in zip([*w1, b1 or [0]], [*w2, b2 or [0]]):
                    worst = max(worst, max(abs(v1 - v2) for v1, v2 in zip(r1, r2)))
        return worst


def unit(values):
    return [v / (math.hypot(*values) or 1) for v in values]


class Adjustment:
    """What a run's adjustment makes of logits, from its epoch's weights and everyone's features."""

    def __init__(self, run, epoch, features):
        self.run, self.settings = run, run.settings
        self.weight, self.bias = run.layers[epoch][-1]
        self.mean_feature = run.mean_feature.get(epoch)
        self.prior = [n / sum(run.counts) for n in run.counts]
        self.name = self.settings.get("adjustment", "none")
        if self.name.startswith("ncm"):
            train = [features[i] for i in run.train]
            self.centre = [sum(column) / len(train) for column in zip(*train)]
            self.means = []
            for c, n in enumerate(run.counts):
                of_class = [self.centred(features[i]) for i in run.train if run.y[i] == c]
                self.means.append([sum(column) / n for column in zip(*of_class)])

    def centred(self, x):
        return unit([v - m for v, m in zip(x, self.centre)])

    def __call__(self, z, x):
        return getattr(self, self.name.replace("-", "_"))(z, x)

    def none(self, z, _):
        return z

    def post_hoc(self, z, _):
        return [v - math.log(pi ** self.settings["tau"] + 1e-12) for v, pi in zip(z, self.prior)]

    def target_prior(self, z, _):
        target = [float(t) for t in self.settings["target_prior"].replace("uniform", "1," * (len(z) - 1) + "1").split(",")]
        return [v + math.log(t / sum(target) / pi) for v, t, pi in zip(z, target, self.prior)]

    def temperature(self, z, _):
        chosen = self.settings["temperature"] or json.loads(self.run.chosen)["temperature"]
        return [v / chosen for v in z]

    def tau_norm(self, z, x):
        kept = [0 if self.settings["drop_bias"] else b for b in self.bias]
        return [sum(w * a for w, a in zip(row, x)) / math.hypot(*row) ** self.settings["tau"] + b
                for row, b in zip(self.weight, kept)]

    def ncm(self, _, x):
        return [-sum((a - m) ** 2 for a, m in zip(self.centred(x), mean)) for mean in self.means]

    def ncm_cosine(self, _, x):
        return [sum(a * m for a, m in zip(self.centred(x), mean)) / len(x) for mean in self.means]

    def tde(self, _, x):
        logits = []
        for row in self.weight:
            logits.append(0)
            for w, a, e in zip(*map(self.run.heads, (row, x, self.mean_feature))):
                a, e = unit(a), unit(e)
                cosine = sum(p * q for p, q in zip(a, e))
                direct = [p - self.settings["effect"] * cosine * q for p, q in zip(a, e)]
                logits[-1] += sum(p * q for p, q in zip(w, direct)) / (math.hypot(*w) + self.settings["classifier_gamma"])
        return [self.settings["classifier_scale"] / self.settings["classifier_heads"] * v for v in logits]


def main():
    database = sqlite3.connect(sys.argv[1])
    passed = failed = 0
    for run_id, in database.execute("SELECT DISTINCT run_id FROM weights WHERE epoch > 0").fetchall():
        run = Run(database, run_id)
        forward, backward, measures = run.check_forward(), run.check_backward(), run.check_measures()
        precision = run.settings["precision"]
        good = forward < FLOAT32 and backward < STEP[precision] and measures < MEASURE[precision]
        passed, failed = passed + good, failed + (not good)
        print(f"run {run_id}: predictions within {forward:.1e}, measures within {measures:.1e}, steps within {backward:.1e}"
              + ("" if run.is_plain_descent() else " (steps not checked: not plain descent)")
              + ("" if good else "  FAIL"))
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0 or passed == 0)


if __name__ == "__main__":
    main()
