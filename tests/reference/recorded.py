#!/usr/bin/env python3
"""Trains by every method on bundled data sets and recomputes the whole file: recorded.py HARDROW"""

import os
import pathlib
import subprocess
import sys
import tempfile

HARDROW = os.path.abspath(sys.argv[1])
HERE = pathlib.Path(__file__).resolve().parent
RUNS = [
    ["--data", "iris", "--scale", "standard"],
    ["--data", "glass", "--method", "bootstrap", "--scale", "standard", "--stratified"],
    ["--data", "glass", "--method", "class-balanced", "--beta", "0.99", "--scale", "standard"],
    ["--data", "balance-scale", "--method", "inverse-frequency", "--optimizer", "adam", "--epochs", "5"],
    ["--data", "glass", "--method", "difficulty", "--scale", "standard", "--test-fraction", "0"],
    ["--data", "heart", "--method", "difficulty", "--apply", "systematic", "--prior", "0.1", "--scale", "standard"],
    ["--data", "iris", "--method", "difficulty", "--apply", "weight", "--prior", "0.01", "--batch-size", "full"],
    *(["--data", "glass", "--method", method, "--scale", "standard"]
      for method in ("square-root-sampling", "class-balanced-sampling", "class-aware", "progressive", "reversed",
                     "under-sampling", "over-sampling", "self-paced", "smote", "mixup", "remix")),
    *(["--data", "glass", "--scale", "standard", "--sampler", *sampler] for sampler in (
        ["self-paced-learning"], ["self-paced-learning", "--pace-soft", "--pace-growth", "1.1", "--first-epochs", "3"],
        ["curriculum", "--pace-epochs", "1"], ["anti-curriculum", "--pace-start", "0.2", "--pace-epochs", "2"])),
    ["--data", "glass", "--sampler", "square-root", "--class-power", "1.5", "--loss", "class-balanced-focal"],
    ["--data", "glass", "--method", "under-sampling", "--ratio", "0.3", "--loss", "class-balanced", "--scale", "standard"],
    ["--data", "balance-scale", "--method", "over-sampling", "--ratio", "0.6", "--batch-size", "full"],
    ["--data", "glass", "--method", "meta-reweight", "--scale", "standard", "--meta-per-class", "4"],
    ["--data", "glass", "--method", "meta-weight-net", "--scale", "standard", "--meta-rate", "0.1"],
    *(["--data", "glass", "--method", "bbn", "--scale", "standard", "--model", "mlp", "--hidden", "6", "--branch-mix", mix]
      for mix in ("parabolic", "cosine", "beta")),
    ["--data", "heart", "--method", "self-paced", "--loss", "difficulty", "--scale", "standard"],
    ["--data", "glass", "--sampler", "multinomial", "--loss", "difficulty", "--scale", "standard"],
    ["--data", "glass", "--method", "difficulty", "--difficulty", "per-epoch", "--prior", "0.1", "--scale", "standard"],
    ["--data", "glass", "--method", "difficulty", "--adjustment", "post-hoc", "--scale", "standard"],
    # Raw features: probabilities underflow and the floor is at work.
    ["--data", "wine", "--method", "difficulty", "--floor", "1e-6"],
    ["--data", "iris", "--scale", "standard", "--model", "mlp", "--hidden", "5,4", "--activation", "tanh",
     "--method", "difficulty", "--optimizer", "adam", "--dropout", "0.2", "--schedule", "cosine"],
]
PLAIN = ["--data", "iris", "--scale", "standard", "--test-fraction", "0", "--batch-size", "full", "--momentum", "0",
         "--init", "glorot", "--learning-rate", "0.3"]
DESCENTS = [
    PLAIN,
    [*PLAIN, "--precision", "single"],
    [*PLAIN, "--model", "mlp", "--hidden", "6"],
    [*PLAIN, "--model", "mlp", "--hidden", "6", "--precision", "double", "--el2n-epoch", "1"],
    [*PLAIN, "--classifier", "cosine"],
    [*PLAIN, "--model", "mlp", "--hidden", "8", "--activation", "tanh", "--classifier", "cosine", "--classifier-heads", "2",
     "--classifier-scale", "16", "--classifier-gamma", "0.03125"],
    [*PLAIN, "--model", "mlp", "--hidden", "7,5", "--activation", "tanh"],
]
UNEVEN = ["--data", "glass", *PLAIN[2:], "--precision", "double"]
LOSSES = [
    *([*UNEVEN, "--method", method, *(["--model", "mlp", "--hidden", "5"] if at % 2 else [])] for at, method in enumerate((
        "class-balanced", "inverse-frequency", "balanced", "cost-sensitive", "log-frequency", "focal",
        "focal-reweighted", "logit-adjusted",
        "balanced-softmax", "cdt", "pairwise-margin", "class-balanced-sigmoid", "class-balanced-focal", "focal-sigmoid", "acsl"))),
    [*UNEVEN, "--method", "balanced", "--reduction", "batch", "--learning-rate", "0.1"],
    [*UNEVEN, "--method", "class-balanced", "--beta", "0.9", "--reduction", "weights"],
    [*UNEVEN, "--method", "equalization", "--lambda", "0.07"],
    [*UNEVEN, "--method", "ghm", "--bin-momentum", "0"],
    [*UNEVEN, "--method", "ghm", "--bin-momentum", "0", "--bins", "10", "--model", "mlp", "--hidden", "5"],
    [*UNEVEN, "--method", "pairwise-margin", "--pairwise-delta", "adaptive", "--pairwise-alpha", "inverse",
     "--learning-rate", "0.05"],
    [*UNEVEN, "--method", "pairwise-margin", "--pairwise-delta", "equalized", "--lambda", "0.07"],
    [*UNEVEN, "--data", "iris", "--method", "pairwise-margin", "--pairwise-delta", "0,1,-1;0.5,0,2;0,0.25,0"],
    [*UNEVEN, "--method", "ldam"],
]


GLASS = ["--data", "glass", "--scale", "standard", "--stratified"]
MLP = ["--model", "mlp", "--hidden", "8"]
LATE = [
    [*GLASS, "--method", "post-hoc"],
    [*GLASS, "--method", "post-hoc", "--tau", "0.5", *MLP],
    [*GLASS, "--method", "target-prior", "--target-prior", "3,2,1,1,1,2"],
    [*GLASS, "--method", "tau-norm"],
    [*GLASS, "--method", "tau-norm", "--drop-bias", "--tau", "0.3", *MLP],
    [*GLASS, "--method", "ncm"],
    [*GLASS, "--method", "ncm-cosine", *MLP],
    [*GLASS, "--method", "tde", *MLP],
    [*GLASS, "--method", "tde", "--classifier-heads", "3", "--effect", "1.5"],
    [*GLASS, "--method", "temperature"],
    [*GLASS, "--method", "temperature", "--temperature", "2.5", *MLP],
    [*GLASS, "--method", "lws", *MLP],
    [*GLASS, "--method", "crt", *MLP],
    [*GLASS, "--method", "bbn", *MLP],
]

INFLUENCES = [
    ["--data", "iris", "--scale", "standard", "--method", "difficulty"],
    ["--data", "iris", "--scale", "standard", "--model", "mlp", "--hidden", "5,4", "--activation", "tanh"],
    ["--data", "glass", "--scale", "standard", "--model", "mlp", "--hidden", "6", "--test-fraction", "0.6"],
    ["--data", "iris", "--scale", "standard", "--method", "difficulty", "--apply", "weight", "--prior", "0.1"],
    ["--data", "glass", "--scale", "standard", "--stratified", "--method", "cost-sensitive"],
    ["--data", "glass", "--scale", "standard", "--stratified", "--method", "ldam"],
]


def train(folder, database, seed, options):
    subprocess.run([HARDROW, "train", "--quiet", "--db", database, "--data-dir", HERE.parents[1] / "datasets",
                    "--epochs", "12", "--seed", str(seed), "--split-seed", str(seed), *options],
                   cwd=folder, check=True, stdout=subprocess.DEVNULL)


def influence(folder, database, run, options):
    subprocess.run([HARDROW, "influence", "--db", database, "--run", str(run), "--save", *options],
                   cwd=folder, check=True, stdout=subprocess.DEVNULL)


def main():
    with tempfile.TemporaryDirectory() as folder:
        for seed, options in enumerate(RUNS):
            train(folder, "all.db", seed, options)
        for seed, options in enumerate(DESCENTS + LOSSES + LATE):
            train(folder, "weights.db", seed, options)
        for run, options in enumerate(INFLUENCES, 1):
            train(folder, "influence.db", run, [*options, "--epochs", "4"])
            influence(folder, "influence.db", run, [])
            for epoch in ("0", "2"):
                influence(folder, "influence.db", run, ["--instance", "70", "--epoch", epoch])
        checks = [("check_database.py", "all.db"), ("check_weights.py", "weights.db"),
                  ("check_influence.py", "influence.db")]
        codes = [subprocess.run([sys.executable, HERE / script, database], cwd=folder, check=False).returncode
                 for script, database in checks]
        sys.exit(max(codes))


main()
