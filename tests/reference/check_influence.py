#!/usr/bin/env python3
"""Recomputes influences and loss_changes of a hardrow file, without numpy: check_influence.py FILE.db

Every instance's gradient of its loss by all parameters is made from the recorded weights, one by one, and the inner
products are taken as they are defined. A cosine classifier has no hidden layers below it. The last line printed is
`N passed, N failed`, counting runs.
"""

import sqlite3
import sys

import check_weights
import losses

TOLERANCE = 1e-10  # relative to the largest


def gradient(run, layers, i):
    """Gradient of instance i's loss by every weight and bias, in one list."""
    outputs = run.forward(layers, run.x[i])
    loss = losses.LOSSES.get(run.settings["loss"], losses.cross_entropy)
    steps = ([complex(v, losses.STEP if at == c else 0) for at, v in enumerate(outputs[-1])] for c in range(len(run.classes)))
    delta = [loss(step, run.y[i], run.counts, run.settings).imag / losses.STEP for step in steps]
    values = []
    for depth in reversed(range(len(layers))):
        below = outputs[depth]
        weight, bias = layers[depth]
        values += [d * a for d, row in zip(delta, weight) for a in run.slopes(row, bias, below)]
        values += delta if bias is not None else []
        if depth > 0:
            slope = [1 - a * a if run.settings["activation"] == "tanh" else float(a > 0) for a in below]
            delta = [s * sum(d * row[c] for d, row in zip(delta, layers[depth][0])) for c, s in enumerate(slope)]
    return values


def dot(a, b):
    return sum(v * w for v, w in zip(a, b))


def worst(pairs):
    pairs = list(pairs)
    return max(abs(a - b) for a, b in pairs) / max(abs(b) for _, b in pairs)


def check_influences(database, run):
    rows = database.execute("SELECT epoch, instance_id, training_instance_id, inner_product FROM influences"
                            " WHERE run_id = ?", (run.run_id,)).fetchall()
    return worst((product, dot(gradient(run, run.layers[epoch], z), gradient(run, run.layers[epoch], a)))
                 for epoch, z, a, product in rows)


def weights(database, run, epoch):
    """Of every training instance in the loss of its batches, in this epoch."""
    if run.settings["loss"] != "difficulty" or epoch == 1:
        by_class = losses.class_weights(run.counts, run.settings)
        return {i: by_class[run.y[i]] for i in run.train}
    difficulty = dict(database.execute("SELECT instance_id, difficulty FROM dynamics WHERE run_id = ? AND epoch = ?"
                                       " AND part = 'train'", (run.run_id, epoch - 1)).fetchall())
    return {i: len(run.train) * d / sum(difficulty.values()) for i, d in difficulty.items()}


def check_loss_changes(database, run):
    pairs = []
    for epoch, in database.execute("SELECT DISTINCT epoch FROM loss_changes WHERE run_id = ?", (run.run_id,)).fetchall():
        layers = run.layers[epoch - 1]
        gradients = {i: gradient(run, layers, i) for i in run.x}
        draws = dict(database.execute("SELECT instance_id, draws FROM dynamics WHERE run_id = ? AND epoch = ?"
                                      " AND part = 'train'", (run.run_id, epoch)).fetchall())
        weight = weights(database, run, epoch)
        by_weights = run.settings["reduction"] == "weights"
        divisor = sum(count * (weight[a] if by_weights else 1) for a, count in draws.items())
        mean = [0.0] * len(next(iter(gradients.values())))
        for a, count in draws.items():
            if count > 0:
                mean = [m + count * weight[a] * g / divisor for m, g in zip(mean, gradients[a])]
        for z, predicted in database.execute("SELECT instance_id, predicted_loss_change FROM loss_changes"
                                             " WHERE run_id = ? AND epoch = ?", (run.run_id, epoch)):
            pairs.append((predicted, -run.settings["learning_rate"] * dot(gradients[z], mean)))
    return worst(pairs)


def main():
    database = sqlite3.connect(sys.argv[1])
    passed = failed = 0
    for run_id, in database.execute("SELECT DISTINCT run_id FROM loss_changes").fetchall():
        run = check_weights.Run(database, run_id)
        influences, changes = check_influences(database, run), check_loss_changes(database, run)
        good = influences < TOLERANCE and changes < TOLERANCE
        passed, failed = passed + good, failed + (not good)
        print(f"run {run_id}: inner products within {influences:.1e}, loss changes within {changes:.1e}"
              + ("" if good else "  FAIL"))
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0 or passed == 0)


if __name__ == "__main__":
    main()
