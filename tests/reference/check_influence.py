#!/usr/bin/env python3
"""Recomputes influences and loss_changes of a hardrow file, without numpy: check_influence.py FILE.db

Every instance's gradient of cross-entropy by all parameters is made from the recorded weights of a network with a linear
classifier, one by one, and the inner products are taken as they are defined. The last line printed is
`N passed, N failed`, counting runs.
"""

import sqlite3
import sys

import check_weights

TOLERANCE = 1e-10  # relative to the largest


def gradient(run, layers, i):
    """Gradient of instance i's cross-entropy by every weight and bias, in one list."""
    outputs = run.forward(layers, run.x[i])
    delta = [v - (c == run.y[i]) for c, v in enumerate(run.softmax(outputs[-1]))]
    values = []
    for depth in reversed(range(len(layers))):
        below = outputs[depth]
        values += [d * a for d in delta for a in below] + delta
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


def check_loss_changes(database, run):
    pairs = []
    for epoch, in database.execute("SELECT DISTINCT epoch FROM loss_changes WHERE run_id = ?", (run.run_id,)).fetchall():
        layers = run.layers[epoch - 1]
        gradients = {i: gradient(run, layers, i) for i in run.x}
        draws = dict(database.execute("SELECT instance_id, draws FROM dynamics WHERE run_id = ? AND epoch = ?"
                                      " AND part = 'train'", (run.run_id, epoch)).fetchall())
        mean = [0.0] * len(next(iter(gradients.values())))
        for a, count in draws.items():
            if count > 0:
                mean = [m + count * g / sum(draws.values()) for m, g in zip(mean, gradients[a])]
        for z, predicted in database.execute("SELECT instance_id, predicted_loss_change FROM loss_changes"
                                             " WHERE run_id = ? AND epoch = ?", (run.run_id, epoch)):
            pairs.append((predicted, -run.settings["learning_rate"] * dot(gradients[z], mean)))
    return worst(pairs)


def main():
    database = sqlite3.connect(sys.argv[1])
    passed = failed = 0
    for run_id, in database.execute("SELECT DISTINCT run_id FROM loss_changes").fetchall():
        run = check_weights.Run(database, run_id)
        assert run.settings["loss"] == "cross-entropy" and run.settings["classifier"] == "linear"
        influences, changes = check_influences(database, run), check_loss_changes(database, run)
        good = influences < TOLERANCE and changes < TOLERANCE
        passed, failed = passed + good, failed + (not good)
        print(f"run {run_id}: inner products within {influences:.1e}, loss changes within {changes:.1e}"
              + ("" if good else "  FAIL"))
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0 or passed == 0)


if __name__ == "__main__":
    main()
