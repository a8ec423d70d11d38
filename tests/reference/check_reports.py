#!/usr/bin/env python3
"""Computes what the reports say again with NumPy, pandas and SciPy: check_reports.py HARDROW FILE.db RUN OTHER

RUN and OTHER are recorded runs of the newest experiment of FILE.db, on the same data, that differ in a prediction. Prints the
largest difference of each report's numbers; 0 but for rounding.
"""

import io
import json
import sqlite3
import subprocess
import sys

import numpy as np
import pandas as pd
from scipy import stats

HARDROW, FILE, RUN, OTHER = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
file = sqlite3.connect(FILE)


def sql(query, *values):
    return pd.read_sql_query(query, file, params=values)


def report(name, *options):
    done = subprocess.run([HARDROW, "report", name, "--db", FILE, "--format", "csv", *map(str, options)],
                          capture_output=True, text=True, check=True)
    return pd.read_csv(io.StringIO(done.stdout), dtype={name: str for name in ("class", "predicted", "group", "cell")})


def say(name, *pairs):
    worst = 0
    for got, wanted in pairs:
        got, wanted = np.asarray(got, float), np.asarray(wanted, float)
        assert got.shape == wanted.shape, (name, got.shape, wanted.shape)
        assert (np.isnan(got) == np.isnan(wanted)).all(), name
        worst = max(worst, np.nanmax(np.abs(got - wanted), initial=0))
    print(f"{name}: {sum(np.size(pair[0]) for pair in pairs)} numbers, largest difference {worst:.1e}")
    assert worst < 1e-9, name


dynamics = sql("SELECT epoch, instance_id, part, class, predicted, p_true, weight, draws FROM dynamics WHERE run_id = ?", RUN)
summary = sql("SELECT * FROM instance_summary WHERE run_id = ?", RUN).set_index("instance_id")
run = sql("SELECT * FROM runs WHERE run_id = ?", RUN).iloc[0]
last = dynamics[dynamics.epoch == dynamics.epoch.max()].set_index("instance_id")


def data_map():
    mine = report("data-map", "--run", RUN, "--part", "all").set_index("instance_id").sort_index()
    each = dynamics.assign(right=dynamics.predicted == dynamics["class"]).groupby("instance_id")
    # float32 probabilities: the recorded summary is of doubles.
    worst = max(np.abs(each.p_true.mean() - mine.confidence).max(), np.abs(each.p_true.std(ddof=0) - mine.variability).max())
    assert worst < 1e-6, worst
    say("data-map", (mine.correctness, each.right.mean()))


def confusion():
    for options, judged in (((), last), (("--epoch", 2), dynamics[dynamics.epoch == 2])):
        mine = report("confusion", "--run", RUN, *options)
        table = judged.groupby(["part", "class", "predicted"]).size()
        size = judged.groupby(["part", "class"]).size()
        wanted = [table.get((row.part, row[3], row.predicted), 0) for row in mine.itertuples()]
        share = [count / size[part, of] if (part, of) in size else np.nan
                 for count, part, of in zip(wanted, mine.part, mine["class"])]
        say("confusion", (mine.instances, wanted), (mine.share, share))


def learning_curve():
    mine = report("learning-curve", "--dataset", run.dataset, "--metric", "loss").set_index(["method", "epoch"])
    runs = sql("SELECT r.method, r.split_seed, e.epoch, e.test_loss FROM current_runs AS r JOIN epochs AS e USING (run_id) "
               "WHERE r.experiment_id = (SELECT max(experiment_id) FROM experiment) AND r.dataset = ?", run.dataset)
    each = runs.groupby(["method", "split_seed", "epoch"]).test_loss.mean().groupby(["method", "epoch"])
    wanted = pd.DataFrame({"mean": each.mean(), "sd": each.std(ddof=1), "splits": each.size()}).loc[mine.index]
    say("learning-curve", (mine["mean"], wanted["mean"]), (mine.sd, wanted.sd), (mine.splits, wanted.splits),
        (mine.low, wanted["mean"] - wanted.sd))


def disagreements():
    mine = report("disagreements", "--run", RUN, "--other", OTHER, "--count", 10**6)
    other = sql("SELECT * FROM instance_summary WHERE run_id = ?", OTHER).set_index("instance_id").loc[summary.index]
    gap = (summary.p_true_mean - other.p_true_mean).abs()[summary.predicted != other.predicted]
    wanted = gap.sort_values(ascending=False, kind="stable").index
    say("disagreements", (mine.instance_id, wanted), (mine.p_true, summary.p_true_mean[wanted]),
        (mine.right == f"run {RUN}", (summary.predicted == summary["class"])[wanted]),
        (mine.right == f"run {OTHER}", (other.predicted == other["class"])[wanted]))


def probability_flow():
    mine = report("probability-flow", "--run", RUN, "--by", "class").set_index(["group", "epoch"]).sort_index()
    train = dynamics[dynamics.part == "train"]
    for of, rows in train.groupby("class"):
        p = rows.pivot(index="epoch", columns="instance_id", values="p_true").to_numpy()
        right = (rows.assign(right=rows.predicted == rows["class"]).pivot(index="epoch", columns="instance_id", values="right")
                 .to_numpy(bool))
        move, nothing = np.diff(p, axis=0), [[np.nan]]
        here = mine.loc[of]
        first = lambda values: np.concatenate([[np.nan], values])
        say(f"probability-flow, class {of}",
            (here[["q05", "q25", "median", "q75", "q95"]], np.quantile(p, [.05, .25, .5, .75, .95], axis=1).T),
            (here["mean"], p.mean(1)), (here.gained, first(np.maximum(move, 0).mean(1))),
            (here.lost, first(np.maximum(-move, 0).mean(1))),
            (here.learned, first((right[1:] & ~right[:-1]).sum(1))), (here.forgotten, first((~right[1:] & right[:-1]).sum(1))))


def difficulty_stability():
    mine = report("difficulty-stability", "--dataset", run.dataset).set_index(["method", "other_method"])
    runs = sql("SELECT run_id, method, split_seed, seed FROM current_runs WHERE dataset = ? "
               "AND experiment_id = (SELECT max(experiment_id) FROM experiment) ORDER BY method, split_seed, seed", run.dataset)
    values = {id: sql("SELECT instance_id, difficulty FROM instance_summary WHERE run_id = ? AND part = 'train'", id)
              .set_index("instance_id").difficulty for id in runs.run_id}

    def correlation(a, b):
        both = values[a].index.intersection(values[b].index)
        return stats.spearmanr(values[a][both], values[b][both]).correlation

    for (method, other), row in mine.iterrows():
        a, b = runs[runs.method == method], runs[runs.method == other]
        if method == other:
            pairs = zip(a.run_id, a.run_id[1:])
        else:
            both = a.merge(b, on=["split_seed", "seed"])
            pairs = zip(both.run_id_x, both.run_id_y)
        got = [correlation(*pair) for pair in pairs]
        say(f"difficulty-stability, {method} and {other}", (row[["pairs", "mean", "low", "high"]],
                                                            [len(got), np.mean(got), min(got), max(got)]))


def slices():
    mine = report("slices", "--run", RUN, "--count", 10**6, "--smallest", 5, "--quantiles", 4)
    data = sql("SELECT instance_id, feature, value FROM features WHERE dataset_id = ? ORDER BY feature_index", int(run.dataset_id))
    names = list(data.feature.unique())
    features = data.pivot(index="instance_id", columns="feature", values="value").loc[summary.index, names]
    right = (summary.predicted == summary["class"]).astype(float)
    wanted = []
    for name in names:
        place = ((features[name].rank(method="min") - 1) * 4 // len(features)).astype(int)
        for _, rows in features[name].groupby(place):
            if 5 <= len(rows) < len(features):
                correct = right[rows.index].sum()
                test = stats.binomtest(int(correct), len(rows)).proportion_ci(method="wilson")
                wanted.append((rows.min(), rows.max(), len(rows), correct / len(rows), test.low, test.high,
                               summary.p_true_mean[rows.index].mean(), name))
    wanted = pd.DataFrame(wanted, columns=["from", "to", "instances", "accuracy", "low", "high", "p_true", "feature"])
    both = mine.merge(wanted, on=["feature", "from"], suffixes=("", "_wanted"))
    assert len(both) == len(mine) == len(wanted), (len(both), len(mine), len(wanted))
    assert mine.accuracy.is_monotonic_increasing
    say("slices", *((both[name], both[name + "_wanted"]) for name in ("to", "instances", "accuracy", "low", "high", "p_true")))


def sampler_audit():
    mine = report("sampler-audit", "--run", RUN).set_index(["epoch", "cell"]).sort_index()
    train = dynamics[dynamics.part == "train"].set_index(["epoch", "instance_id"])
    for epoch in range(2, int(dynamics.epoch.max()) + 1):
        now, weight = train.loc[epoch], train.loc[epoch - 1].weight
        draws = now.draws.groupby(now["class"]).sum()
        expected = (weight / weight.sum() * now.draws.sum()).groupby(now["class"]).sum()
        test = stats.chisquare(draws, expected)
        here = mine.loc[epoch].loc[draws.index]
        say(f"sampler-audit, epoch {epoch}", (here.draws, draws), (here.expected, expected), (here.ratio, draws / expected),
            (here.chi_square, [test.statistic] * len(draws)), (here.p_value, [test.pvalue] * len(draws)))


for check in (data_map, confusion, learning_curve, disagreements, probability_flow, difficulty_stability, slices, sampler_audit):
    check()
