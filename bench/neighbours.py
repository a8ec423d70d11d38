"""(l) The five nearest of the own class, as SMOTE needs them, of each of 25,000 instances beside 30,000 others, x 20, CPU seconds.
hardrow's are those by which a training with smote takes longer than one that fills the class up without neighbours."""

import time

import numpy as np

import measure

SIZES, FEATURES, NEIGHBOURS = (30_000, 25_000), 20, 5


def run(bench):
    from sklearn.neighbors import NearestNeighbors
    random = np.random.default_rng(0)
    y = np.repeat((0, 1), SIZES)
    x = np.round(random.normal(size=(len(y), FEATURES)) + y[:, None] / 2, 6)
    path = bench.file("neighbours.csv")
    header = ",".join(f"c{j}" for j in range(FEATURES)) + ",class"
    np.savetxt(path, np.column_stack([x, y]), fmt=["%.6f"] * FEATURES + ["%d"], delimiter=",", header=header, comments="")
    x = (x - x.mean(axis=0)) / x.std(axis=0)

    def hardrow():
        smote, over = (bench.cpu(*bench.train_command(bench.file("neighbours.db"), path, 1, "--test-fraction", "0", "--record",
                                                      "none", "--method", method)) for method in ("smote", "over-sampling"))
        return smote - over

    def sklearn(algorithm):
        def once():
            before, own = time.process_time(), x[y == 1]
            NearestNeighbors(n_neighbors=NEIGHBOURS + 1, algorithm=algorithm).fit(own).kneighbors(own)
            return time.process_time() - before

        return once

    measure.print_ratios(f"(l) the {NEIGHBOURS} nearest neighbours of {SIZES[1]} x {FEATURES} among themselves", "CPU s", measure.medians(3 if bench.quick else 5, {
        "hardrow": hardrow, "scikit-learn, brute": sklearn("brute"), "scikit-learn, kd_tree": sklearn("kd_tree")}), "hardrow")
