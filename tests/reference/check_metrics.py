#!/usr/bin/env python3
"""Compares the metrics of every recorded epoch with scikit-learn: check_metrics.py FILE.db (needs numpy, scikit-learn)"""

import sqlite3
import sys
import warnings

import numpy as np
from sklearn.calibration import calibration_curve
from sklearn.metrics import balanced_accuracy_score, f1_score


def calibration_error(right, highest):
    """Guo et al. 2017: calibration_curve gives each bin's accuracy and confidence, histogram its size."""
    accuracy, confidence = calibration_curve(right, highest, n_bins=15)
    sizes = np.histogram(highest, np.linspace(0, 1, 16))[0]
    return np.abs(accuracy - confidence) @ sizes[sizes > 0] / len(right)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    warnings.simplefilter("ignore")  # balanced_accuracy_score on predicted classes that the part lacks
    db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
    worst = {"balanced error": 0.0, "macro F1": 0.0, "calibration error": 0.0}
    epochs = db.execute("SELECT run_id, epoch FROM epochs WHERE recorded").fetchall()
    for run, epoch in epochs:
        for part in ("train", "test"):
            rows = db.execute("SELECT class, predicted, (SELECT max(value) FROM json_each(probabilities)) FROM dynamics "
                              "WHERE run_id = ? AND epoch = ? AND part = ?", (run, epoch, part)).fetchall()
            if not rows:
                continue
            true, predicted, highest = map(np.array, zip(*rows))
            expected = (1 - balanced_accuracy_score(true, predicted),
                        f1_score(true, predicted, average="macro", labels=np.unique(true)),
                        calibration_error(true == predicted, np.minimum(highest, 1.0)))
            recorded = db.execute(f"SELECT {part}_balanced_error, {part}_macro_f1, {part}_calibration_error FROM epochs "
                                  "WHERE run_id = ? AND epoch = ?", (run, epoch)).fetchone()
            for name, a, b in zip(worst, recorded, expected):
                worst[name] = max(worst[name], abs(a - b))
    for name, difference in worst.items():
        print(f"{'ok  ' if difference < 1e-6 else 'FAIL'} {difference:8.1e}  {name}, {len(epochs)} epochs")
    sys.exit(int(max(worst.values()) >= 1e-6))


main()
