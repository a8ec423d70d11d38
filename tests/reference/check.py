"""make.py --check: the reference against PyTorch (every optimiser), scikit-learn (the optimum) and known vectors."""

import re
import warnings

import numpy as np

import reference

# Yu et al.'s formulas in 40-digit arithmetic, c = 1: y = 0, 1, 2, 0; three epochs of p; then sum du, sum dl, D.
VECTOR_Y = np.array([0, 1, 2, 0])
VECTOR_P = [
    [[.50, .30, .20], [.25, .50, .25], [.60, .30, .10], [.20, .50, .30]],
    [[.70, .20, .10], [.40, .30, .30], [.30, .30, .40], [.05, .80, .15]],
    [[.90, .06, .04], [.15, .75, .10], [.10, .20, .70], [.02, .93, .05]],
]
VECTOR_SUM_DU = [0.000000000000000, 0.181781746979756, 0.437670098316617, 0.531696037687074]
VECTOR_SUM_DL = [0.590151816740735, 0.992785130423247, 1.055498184617610, 0.217345323139397]
VECTOR_D = [0.628870771628369, 0.593030191232287, 0.699426595983139, 1.258226411661895]

# iris, difficulty as loss weights: (prior, epoch) -> loss, sum, min and max of D, ESS / n, accuracy, first row of W.
TRAINED = {
    (1.0, 1): (0.728729650161, 126.919848193623, 0.627021226832, 1.005426404111, 0.980361909406, 0.8,
               -0.169096494752, 0.140384465513, -0.217479725701, -0.209188103409),
    (1.0, 2): (0.609799507768, 123.686537163469, 0.589880695327, 1.006435658222, 0.975698363871, 0.826666666667,
               -0.243057487680, 0.222339649476, -0.324596759134, -0.310763755290),
    (1.0, 100): (0.164819670154, 120.206399181060, 0.569996303706, 0.999686531754, 0.974778366278, 0.96,
                 -1.021534933620, 1.091464982063, -1.650115696362, -1.537483558161),
    (0.01, 10): (0.445285540295, 48.303874208440, 0.035395207922, 0.991257409882, 0.625164062751, 0.94,
                 -0.371880718020, 0.394933482153, -0.553206136975, -0.512821093394),
    (0.01, 100): (0.182024821797, 46.818956073549, 0.035242195847, 0.969178121869, 0.629360645404, 0.98,
                  -1.007694082106, 0.921838830347, -1.567079843128, -1.455249039746),
}


def vectors():
    """Largest difference from the vectors."""
    difficulty = reference.Difficulty(VECTOR_Y, 3, prior=1.0)
    for p in VECTOR_P:
        difficulty.update(np.log(p))
    return max(np.abs(difficulty.sum_du - VECTOR_SUM_DU).max(), np.abs(difficulty.sum_dl - VECTOR_SUM_DL).max(),
               np.abs(difficulty.value - VECTOR_D).max())


def trained(cases, features):
    worst = 0.0
    for case in cases:
        if case["loss"] != "difficulty" or case["dataset"] != "iris":
            continue
        for state in reference.train(*features(case), case, 100):
            expected = TRAINED.get((case["prior"], state["epoch"]))
            if expected:
                d = state["difficulty"]
                got = (state["loss"], d.sum(), d.min(), d.max(), state["effective_sample_size"] / len(d),
                       state["accuracy"], *state["weight"][0])
                worst = max(worst, np.abs(np.subtract(got, expected)).max())
    return worst


def torch_optimizer(torch, case, weight, bias):
    groups = [{"params": [weight], "weight_decay": case["weight_decay"]}, {"params": [bias], "weight_decay": 0.0}]
    if case["optimizer"] == "adam":
        return torch.optim.Adam(groups, lr=case["learning_rate"])
    return torch.optim.SGD(groups, lr=case["learning_rate"], momentum=case["momentum"], nesterov=case["nesterov"])


def torch_difference(torch, case, x, y):
    """Largest difference of the parameters from those of PyTorch's optimiser and gradients, over all epochs."""
    weight = torch.zeros(y.max() + 1, x.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(y.max() + 1, dtype=torch.float64, requires_grad=True)
    optimizer = torch_optimizer(torch, case, weight, bias)
    inputs, target = torch.tensor(x), torch.tensor(y)
    counts = torch.bincount(target).double()
    by_class = {"class-balanced": (1 - case["beta"]) / (1 - case["beta"] ** counts), "inverse-frequency": 1 / counts}
    by_class = by_class.get(case["loss"], torch.ones_like(counts))
    instance_weight = (by_class / by_class.sum() * len(counts))[target]
    worst = 0.0
    for state in reference.train(x, y, case, max(case["epochs"])):
        optimizer.zero_grad()
        losses = torch.nn.functional.cross_entropy(inputs @ weight.T + bias, target, reduction="none")
        (losses * instance_weight).mean().backward()
        optimizer.step()
        worst = max(worst, np.abs(weight.detach().numpy() - state["weight"]).max(),
                    np.abs(bias.detach().numpy() - state["bias"]).max())
        if case["loss"] == "difficulty":
            instance_weight = torch.tensor(state["difficulty"] / state["difficulty"].mean())
    return worst


def sklearn_difference(features):
    """Largest difference of the optimum's parameters from scikit-learn's (iris standardised, decay 0.01)."""
    from sklearn.linear_model import LogisticRegression
    x, y = features({"dataset": "iris", "standardised": True})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its line search gives up at the last digits
        model = LogisticRegression(C=1 / (0.01 * len(y)), solver="newton-cg", tol=1e-12, max_iter=10000).fit(x, y)
    _, _, weight, bias = reference.optimum(x, y, 0.01)
    return max(np.abs(model.coef_ - weight).max(), np.abs(model.intercept_ - model.intercept_.mean() - bias).max())


def golden_difference(made, written):
    """Largest relative difference of the numbers of two golden.h (another BLAS sums in another order), or infinity."""
    number = re.compile(r"-?\d+\.?\d*(?:e-?\d+)?")
    if number.sub("#", made) != number.sub("#", written):
        return np.inf
    a, b = (np.array(list(map(float, number.findall(text)))) for text in (made, written))
    return (np.abs(a - b) / np.maximum(np.abs(b), 1e-3)).max()


def run(cases, features, made, written):
    """Prints each comparison; 1 if one is out of bounds."""
    import torch
    torch.set_num_threads(1)
    results = [("formulas of du, dl, D against 40-digit vectors", vectors(), 5e-15),
               ("difficulty as weights against the known run", trained(cases, features), 1e-11),
               ("optimum against scikit-learn", sklearn_difference(features), 1e-7),
               ("golden.h against a new one", golden_difference(made, written), 1e-11)]
    results += [(f"{case['name']} ({case['dataset']}) against PyTorch",
                 torch_difference(torch, case, *features(case)), 1e-12) for case in cases]
    for name, difference, bound in results:
        print(f"{'ok  ' if difference <= bound else 'FAIL'} {difference:8.1e} <= {bound:.0e}  {name}")
    return int(any(difference > bound for _, difference, bound in results))
