#!/usr/bin/env python3
"""Computes `report label-issues` again with NumPy and pandas, and what it finds of flipped labels: check_issues.py HARDROW FILE.db

For the test part of every run: the candidates by confident learning (Northcutt et al. 2021), compared with the report's. Where
--flip-labels made labels wrong it prints, by model, which share of the candidates is wrong, which share of the wrong labels is
among them, and the AUC of telling them from the others by the margin p_likely - p_given: means over data sets and splits, ± half
of the 95 % interval over the splits.
"""

import io
import sqlite3
import subprocess
import sys

import numpy as np
import pandas as pd
from scipy import stats

HARDROW, FILE = sys.argv[1:]
file = sqlite3.connect(FILE)


def report(run):
    done = subprocess.run([HARDROW, "report", "label-issues", "--db", FILE, "--run", str(run), "--count", "1000000", "--format",
                           "csv"], capture_output=True, text=True, check=False)
    texts = {name: str for name in ("class", "likely")}
    return pd.read_csv(io.StringIO(done.stdout or "instance_id,class,likely,p_given,p_likely"), dtype=texts).set_index("instance_id")


def candidates(p, given):
    """Rows whose likeliest class among those at least as probable as its own instances have it is another than theirs."""
    threshold = pd.Series({name: p.loc[given == name, name].mean() for name in p})
    counted = p.where(p >= threshold)
    likely = counted[counted.notna().any(axis=1)].idxmax(axis=1)
    return likely[likely != given[likely.index]]


found = []
for run in pd.read_sql_query("SELECT run_id, dataset, model, split_seed, epochs FROM current_runs WHERE status = 'done'", file).itertuples():
    rows = pd.read_sql_query(
        "SELECT p.instance_id, s.class AS given, p.class, p.probability, i.flipped_from IS NOT NULL AS wrong FROM predictions AS p "
        "JOIN runs USING (run_id) JOIN instance_summary AS s USING (run_id, instance_id) "
        "JOIN instances AS i ON i.dataset_id = runs.dataset_id AND i.instance_id = p.instance_id "
        "WHERE p.run_id = ? AND p.epoch = ? AND s.part = 'test'", file, params=(run.run_id, run.epochs))
    p = rows.pivot(index="instance_id", columns="class", values="probability")
    each = rows.groupby("instance_id").first()
    wanted, got = candidates(p, each.given), report(run.run_id)
    assert wanted.sort_index().to_dict() == got.likely.sort_index().to_dict(), run
    margin = [p.at[at, likely] - p.at[at, each.given[at]] for at, likely in wanted[got.index].items()]
    margin = np.array(margin, float)
    assert np.allclose((got.p_likely - got.p_given).astype(float), margin, atol=1e-12) and (np.diff(margin) <= 0).all(), run
    wrong, of = each.wrong[got.index] == 1, each.wrong.sum()
    ranks = stats.rankdata(margin)[wrong].sum() - wrong.sum() * (wrong.sum() + 1) / 2
    if of:
        found.append({"model": run.model, "split": run.split_seed, "share wrong": wrong.mean(), "share found": wrong.sum() / of,
                      "AUC": ranks / wrong.sum() / (~wrong).sum() if 0 < wrong.sum() < len(wrong) else np.nan})

print("the report's candidates are these, in all runs")
if found:
    split = pd.DataFrame(found).groupby(["model", "split"]).mean()
    by_model = split.groupby("model")
    half = by_model.sem() * stats.t.ppf(.975, by_model.size().iloc[0] - 1)
    print(by_model.mean().round(3).astype(str) + " ± " + half.round(3).astype(str))
