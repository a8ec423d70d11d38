#!/usr/bin/env python3
"""Recomputes what hardrow recorded from the probabilities it recorded: check_database.py DB [RUN...]

An independent check of any run whose epochs were all recorded in full. Reads only the public views, with the standard
library's sqlite3, and needs nothing else. From `predictions` it derives, with the formulas of Yu et al. (CVPR 2022), and
compares with what the file says:

    predicted, p_true, du, dl, difficulty, weight       (dynamics, every row)
    loss, accuracy, balanced error, macro F1, calibration error, accuracy of the shot groups (epochs)
    effective sample size                               (epochs)
    instances, correct                                  (class_epochs)
    every measure                                       (instance_summary)
    draws: they sum to what the sampler draws           (dynamics)

Where the training goes by predictions that are not recorded, those without an adjustment, of the weights only their mean
is checked. Probabilities are float32 there, so each difference is held against the rounding that it can come from.
"""

import collections
import json
import math
import sqlite3
import sys

FLOAT32 = 2.0**-23
ABSOLUTE = 1e-37  # float32 numbers below are denormal


class Complaints:
    """Collects differences; prints the first few of each kind."""

    def __init__(self):
        self.counts, self.checks = {}, 0

    def compare(self, kind, where, got, expected, bound):
        self.checks += 1
        if got is None or expected is None:
            good = got is None and expected is None
        elif isinstance(expected, float):
            good = abs(got - expected) <= bound
        else:
            good = got == expected
        if not good:
            self.counts[kind] = self.counts.get(kind, 0) + 1
            if self.counts[kind] <= 3:
                print(f"{kind} {where}: recorded {got!r}, recomputed {expected!r} (bound {bound:.1e})")


class Instance:
    """What an instance carries from epoch to epoch; `*_error` is how far rounded probabilities can have led it away."""

    def __init__(self, classes, part):
        self.part, self.classes = part, classes
        self.past = [1.0 / classes] * classes
        self.sum_du = self.sum_dl = self.error = 0.0
        self.p_true, self.right = [], []
        self.epochs, self.margins, self.el2n = [], [], None

    def advance(self, p, true, floor):
        """du, dl and the rounding error they may have, for the epoch's probabilities p."""
        du = dl = error = 0.0
        for j, (now, before) in enumerate(zip(p, self.past)):
            now, before = max(now, floor), max(before, floor)
            change, ratio = now - before, math.log(now / before)
            if (change > 0) == (j == true):
                dl += change * ratio
            else:
                du += change * ratio
            # Each p is off by up to half a unit in the last place, in the difference and in the ratio.
            error += FLOAT32 * ((now + before) * (abs(ratio) + FLOAT32) + abs(change))
        self.past = p
        self.sum_du += du
        self.sum_dl += dl
        self.error += error
        return du, dl, error


def read_settings(db, run):
    """Settings of a run."""
    return json.loads(db.execute("SELECT settings FROM runs WHERE run_id = ?", (run,)).fetchone()[0])


def read_epoch(db, run, epoch):
    """Rows of dynamics of an epoch by instance, and {instance: {class: probability}}."""
    rows = db.execute("SELECT instance_id, part, class, predicted, p_true, du, dl, difficulty, weight, draws, "
                      "probabilities FROM dynamics WHERE run_id = ? AND epoch = ? ORDER BY instance_id", (run, epoch))
    probabilities = {}
    for instance, name, value in db.execute(
            "SELECT instance_id, class, probability FROM predictions WHERE run_id = ? AND epoch = ?", (run, epoch)):
        probabilities.setdefault(instance, {})[name] = value
    return rows.fetchall(), probabilities


def class_order(rows, probabilities):
    """Class names in the order of the JSON arrays: that of scikit-learn."""
    names = list(next(iter(probabilities.values())))
    try:
        return sorted(names, key=int)
    except ValueError:
        return sorted(names, key=lambda name: name.encode())


def check_rows(run, epoch, rows, probabilities, classes, instances, settings, complaints):
    """Compares the rows of dynamics of one epoch and moves the instances on."""
    prior, floor = settings["prior"], settings["floor"]
    for instance, part, name, predicted, p_true, du, dl, difficulty, _, _, array in rows:
        where = f"run {run} epoch {epoch} instance {instance}"
        p = [probabilities[instance][c] for c in classes]
        true = classes.index(name)
        state = instances.setdefault(instance, Instance(len(classes), part))
        complaints.compare("probabilities", where, json.loads(array), p, 0)
        complaints.compare("sum of probabilities", where, math.fsum(p), 1.0, FLOAT32 * len(p))
        complaints.compare("p_true", where, p_true, p[true], 0.0)
        if p.count(max(p)) == 1:
            complaints.compare("predicted", where, predicted, classes[p.index(max(p))], 0)
        my_du, my_dl, error = state.advance(p, true, floor)
        complaints.compare("du", where, du, my_du, error + FLOAT32 * my_du + ABSOLUTE)
        complaints.compare("dl", where, dl, my_dl, error + FLOAT32 * my_dl + ABSOLUTE)
        unlearned, learned = state.sum_du, state.sum_dl
        if settings.get("difficulty") == "per-epoch":
            unlearned, learned = my_du, my_dl
        else:
            error = state.error
        my_difficulty = (prior + unlearned) / (prior + learned)
        complaints.compare("difficulty", where, difficulty, my_difficulty,
                           (1 + my_difficulty) * error / (prior + learned) + FLOAT32 * my_difficulty)
        complaints.compare("du and dl negative", where, min(du, dl) >= 0, True, 0)
        others = max(p[:true] + p[true + 1:])
        state.epochs.append(epoch)
        state.margins.append(math.log(p_true) - math.log(others) if p_true > 0 and others > 0 else None)
        if epoch == settings["el2n_epoch"]:
            state.el2n = math.sqrt(math.fsum((value - (j == true)) ** 2 for j, value in enumerate(p)))
        state.p_true.append(p_true)
        state.right.append(predicted == name)


def self_paced_draws(hardness, target, epoch, epochs):
    """Expected draws of a class's rows, by hardness in 5 bins (Liu et al. 2020, Algorithm 1)."""
    low, high = min(hardness), max(hardness)
    if high == low or target >= len(hardness):
        return [min(1.0, target / len(hardness))] * len(hardness)
    alpha = math.tan(math.pi / 2 * (min(epoch / (epochs - 1), 1) if epochs > 1 else 1))
    of = [max(b for b in range(5) if b == 0 or h >= low + (high - low) * b / 5) for h in hardness]
    bins = {b: [h for h, own in zip(hardness, of) if own == b] for b in set(of)}
    share = {b: 1 / (math.fsum(inside) / len(inside) + alpha) for b, inside in bins.items()}
    total = math.fsum(share.values())
    return [min(1.0, (int(target * share[b] / total) + 1) / len(bins[b])) for b in of]


def class_draws(count, counts, settings, epoch):
    """Expected draws of each row of a class of that size in the next epoch, to any scale."""
    sampler = settings["sampler"]
    if sampler in ("square-root", "class-balanced"):
        return count ** settings["class_power"] / count
    if sampler == "class-aware":
        return 1 / count
    if sampler == "progressive":
        share = min(epoch / (settings["epochs"] - 1), 1) if settings["epochs"] > 1 else 1
        return (1 - share) / sum(counts.values()) + share / len(counts) / count
    if sampler == "bilateral":  # Zhou et al. 2020, behind the last epoch the reversed branch alone
        past = epoch / settings["epochs"]
        alpha = {"parabolic": 1 - past ** 2, "linear": 1 - past, "cosine": math.cos(past * math.pi / 2),
                 "parabolic-increment": past ** 2}.get(settings["branch_mix"], 0.5)
        return alpha + (1 - alpha) * sum(counts.values()) / count ** 2 / sum(1 / size for size in counts.values())
    if sampler == "reversed":
        return max(counts.values()) / count / count
    if sampler == "under-sampling":
        return min(1, math.floor(min(counts.values()) / settings["ratio"] + 1e-9) / count)
    if sampler in ("over-sampling", "smote"):
        return max(1, math.floor(max(counts.values()) * settings["ratio"] + 1e-9) / count)
    return 1.0


def chosen_by_pace(train, settings, epoch, instances):
    """{instance: expected draws} of curriculum, anti-curriculum and self-paced-learning (Hacohen and Weinshall 2019; Kumar et
    al. 2010). A row that rounding may have moved over the bound counts as it was recorded."""
    past = epoch - settings["first_epochs"]
    if past < 0:
        return {row[0]: 1.0 for row in train}
    first = {row[0]: math.fsum(-math.log(max(p, 1e-38)) for p in instances[row[0]].p_true[:settings["first_epochs"]])
             / settings["first_epochs"] for row in train}
    loss = first if settings["sampler"] != "self-paced-learning" else {row[0]: -math.log(max(row[4], 1e-38)) for row in train}
    growth = settings["pace_growth"]
    if settings["sampler"] == "self-paced-learning":
        rank = min(int(settings["pace_start"] * len(train)), len(train) - 1)
        bound = sorted(first.values())[rank] * growth ** past
        bounds = {row[2]: bound for row in train}
    else:
        share = min(1, settings["pace_start"] * growth ** (past // settings["pace_epochs"]))
        bounds = {}
        for name in {row[2] for row in train}:
            of = sorted(first[row[0]] for row in train if row[2] == name)
            count = math.ceil(round(share * len(of), 9))
            # The loss of the last that is taken: a little above it is the bound.
            bounds[name] = math.inf if count == len(of) else (
                -of[len(of) - count] * (1 - 1e-4) if settings["sampler"] == "anti-curriculum" else of[count - 1] * (1 + 1e-4))
    draws = {}
    for row in train:
        own = -loss[row[0]] if settings["sampler"] == "anti-curriculum" else loss[row[0]]
        is_near = abs(own - bounds[row[2]]) < 3e-4 * abs(own)
        soft = 1 - own / bounds[row[2]] if settings["pace_soft"] else 1.0
        draws[row[0]] = soft if (row[8] > 0 if is_near else own < bounds[row[2]]) else 0.0
    return draws


def expected_draws(train, counts, settings, epoch, instances):
    """{instance: how often the next epoch draws it on average, to any scale}."""
    if settings["sampler"] in ("curriculum", "anti-curriculum", "self-paced-learning"):
        return chosen_by_pace(train, settings, epoch, instances)
    if settings["sampler"] in ("multinomial", "systematic"):
        return {row[0]: row[7] for row in train}
    if settings["sampler"] != "self-paced":
        return {row[0]: class_draws(counts[row[2]], counts, settings, epoch) for row in train}
    draws = {}
    for name in counts:
        rows = [row for row in train if row[2] == name]
        expected = self_paced_draws([1 - row[4] for row in rows], min(counts.values()), epoch, settings["epochs"])
        draws.update(zip((row[0] for row in rows), expected))
    return draws


def loss_weight(row, counts, settings):
    """A training row's weight in the loss, to any scale."""
    if settings["loss"] == "difficulty":
        return row[7]
    if settings["loss"] in ("class-balanced", "class-balanced-sigmoid", "class-balanced-focal"):  # Cui et al. 2019
        return (1 - settings["beta"]) / -math.expm1(counts[row[2]] * math.log(settings["beta"]))
    if settings["loss"] == "inverse-frequency":
        return 1 / counts[row[2]]
    return 1.0


def check_draws(where, draws, counts, settings, complaints):
    """They add up to N, or to what the sampler says."""
    if settings["sampler"] == "self-paced-learning":
        complaints.compare("self-paced-learning draws", where, max(draws) <= 1, True, 0)
        return
    if settings["sampler"] == "self-paced":
        smallest = min(counts.values())
        most = sum(min(count, smallest + (5 if count > smallest else 0)) for count in counts.values())
        complaints.compare("self-paced draws", where, len(counts) <= sum(draws) <= most and max(draws) == 1, True, 0)
        return
    if settings["sampler"] == "bilateral":
        complaints.compare("bilateral draws", where, sum(draws) == 2 * len(draws) and min(draws) >= 1, True, 0)
        return
    varies = settings["sampler"] in ("under-sampling", "over-sampling", "smote")
    expected = sum(count * (class_draws(count, counts, settings, 0) if varies else 1) for count in counts.values())
    complaints.compare("sum of draws", where, float(sum(draws)), float(expected), 1e-6)


def follows_other_predictions(settings):
    """Whether the training goes by predictions that are not recorded: those without the adjustment."""
    return settings["adjustment"] != "none" and (settings["sampler"] in ("multinomial", "systematic", "self-paced") or
                                                 settings["loss"] == "difficulty")


def check_weights(run, epoch, rows, settings, instances, complaints):
    """weight: expected draws times weight in the loss, scaled to mean 1 over the training part, NULL for test; draws add
    up. Returns the ESS."""
    train = [row for row in rows if row[1] == "train"]
    counts = collections.Counter(row[2] for row in train)
    draws = expected_draws(train, counts, settings, epoch, instances)
    if follows_other_predictions(settings) or settings["loss"] in ("meta-reweight", "meta-weight-net"):
        by_instance = {row[0]: row[8] for row in train}
    else:
        by_instance = {row[0]: draws[row[0]] * loss_weight(row, counts, settings) for row in train}
    weights = list(by_instance.values())
    mean = math.fsum(weights) / len(train)
    for row in rows:
        expected = by_instance[row[0]] / mean if row[1] == "train" else None
        # 1 - loss / bound is a small difference of numbers that were rounded.
        rounding = 16 * FLOAT32 if settings.get("pace_soft") else 4 * FLOAT32 * (expected or 0)
        complaints.compare("weight", f"run {run} epoch {epoch} instance {row[0]}", row[8], expected, rounding)
    draws = [row[9] for row in train]
    if None not in draws:
        check_draws(f"run {run} epoch {epoch}", draws, counts, settings, complaints)
    complaints.compare("draws of test", f"run {run} epoch {epoch}",
                       sum(row[9] or 0 for row in rows if row[1] != "train"), 0, 0)
    return math.fsum(weights) ** 2 / math.fsum(w * w for w in weights)


def check_drawn(run, epoch, rows, expected, settings, complaints):
    """Nobody is drawn who was not to be; by bounds that are not soft everybody is who was."""
    is_sure = settings["sampler"] == "self-paced-learning" and not settings["pace_soft"]
    for row in rows if expected and settings["loss"] == "cross-entropy" else ():
        if row[1] == "train" and row[9] is not None:
            is_good = row[9] == (expected[row[0]] > 0) if is_sure else expected[row[0]] > 0 or row[9] == 0
            complaints.compare("drawn", f"run {run} epoch {epoch} instance {row[0]}", is_good, True, 0)


def part_metrics(rows, part):
    """Of one part: loss, the bound on its error, accuracy, balanced error, {class: (instances, correct)}."""
    chosen = [row for row in rows if row[1] == part]
    by_class = {}
    for row in chosen:
        count = by_class.setdefault(row[2], [0, 0])
        count[0] += 1
        count[1] += row[3] == row[2]
    if not chosen:
        return None, 0.0, None, None, by_class
    # A p that underflows float32 is 0 here but not in the program.
    loss = None if min(row[4] for row in chosen) < 1e-37 else -math.fsum(math.log(row[4]) for row in chosen) / len(chosen)
    accuracy = sum(row[3] == row[2] for row in chosen) / len(chosen)
    error = math.fsum(1 - right / count for count, right in by_class.values()) / len(by_class)
    return loss, FLOAT32, accuracy, error, by_class


def macro_f1(chosen, by_class):
    """Mean over the classes of the part of F1, from precision and recall."""
    scores = []
    for name, (count, right) in by_class.items():
        guesses = sum(row[3] == name for row in chosen)
        scores.append(2 / (guesses / right + count / right) if right else 0.0)
    return math.fsum(scores) / len(scores)


def calibration_error(chosen, probabilities):
    """Expected calibration error (Guo et al. 2017) with 15 bins; None if rounding may have moved a row to another bin."""
    bins = {}
    for row in chosen:
        highest = max(probabilities[row[0]].values())
        if min(highest * 15 % 1, -highest * 15 % 1) < 1e-5 and highest < 1:
            return None
        bins.setdefault(math.ceil(highest * 15), []).append((row[3] == row[2], highest))
    return math.fsum(abs(math.fsum(right for right, _ in b) / len(b) - math.fsum(p for _, p in b) / len(b)) * len(b)
                     for b in bins.values()) / len(chosen)


def shot_accuracy(by_part):
    """Mean accuracy on the test part of the classes with many, medium, few training rows; None without such a class."""
    groups = [[], [], []]
    for name, (count, right) in by_part["test"][4].items():
        train = by_part["train"][4].get(name, [0])[0]
        groups[0 if train > 100 else 2 if train < 20 else 1].append(right / count)
    return [math.fsum(group) / len(group) if group else None for group in groups]


def check_more_metrics(db, run, epoch, rows, probabilities, by_part, complaints):
    """Compares balanced error, macro F1, calibration error and shot groups."""
    where = f"run {run} epoch {epoch}"
    for part in ("train", "test"):
        chosen, by_class = [row for row in rows if row[1] == part], by_part[part][4]
        recorded = db.execute(f"SELECT {part}_balanced_error, {part}_macro_f1, {part}_calibration_error FROM epochs "
                              "WHERE run_id = ? AND epoch = ?", (run, epoch)).fetchone()
        complaints.compare(f"{part} balanced error", where, recorded[0], by_part[part][3], 1e-12)
        complaints.compare(f"{part} macro F1", where, recorded[1], macro_f1(chosen, by_class) if chosen else None, 1e-12)
        error = calibration_error(chosen, probabilities) if chosen else None
        if error is not None or not chosen:
            complaints.compare(f"{part} calibration error", where, recorded[2], error, FLOAT32)
    recorded = db.execute("SELECT test_many_shot_accuracy, test_medium_shot_accuracy, test_few_shot_accuracy FROM epochs "
                          "WHERE run_id = ? AND epoch = ?", (run, epoch)).fetchone()
    for got, expected in zip(recorded, shot_accuracy(by_part)):
        complaints.compare("accuracy of a shot group", where, got, expected, 1e-12)


def check_metrics(db, run, epoch, rows, probabilities, sample_size, complaints):
    """Compares the row of `epochs` and those of `class_epochs`."""
    where = f"run {run} epoch {epoch}"
    recorded = db.execute("SELECT train_loss, train_accuracy, test_loss, test_accuracy, "
                          "effective_sample_size FROM epochs WHERE run_id = ? AND epoch = ?", (run, epoch)).fetchone()
    by_part = {part: part_metrics(rows, part) for part in ("train", "test")}
    for i, part in ((0, "train"), (2, "test")):
        loss, bound, accuracy, _, _ = by_part[part]
        if loss is not None or accuracy is None:
            complaints.compare(f"{part} loss", where, recorded[i], loss, bound)
        complaints.compare(f"{part} accuracy", where, recorded[i + 1], accuracy, 1e-12)
    check_more_metrics(db, run, epoch, rows, probabilities, by_part, complaints)
    complaints.compare("effective sample size", where, recorded[4], sample_size, 1e-5 * sample_size)
    for part, name, count, correct in db.execute(
            "SELECT part, class, instances, correct FROM class_epochs WHERE run_id = ? AND epoch = ?", (run, epoch)):
        expected = by_part[part][4].get(name, [0, 0])
        complaints.compare("class_epochs", f"{where} {part} {name}", [count, correct], expected, 0)


def check_measures(db, run, instances, complaints):
    """Compares the measures that are not in files of the first versions."""
    for instance, mean_loss, last_loss, aum, el2n, ever, never, first, unlearned in db.execute(
            "SELECT instance_id, mean_loss, last_loss, aum, el2n, ever_learned, never_learned, first_learned, "
            "unlearned_epochs FROM instance_summary WHERE run_id = ?", (run,)):
        where, state = f"run {run} instance {instance}", instances[instance]
        count, past = len(state.p_true), [1 / state.classes] + state.p_true[:-1]
        falls = [before - p for before, p in zip(past, state.p_true)]
        learned = any(state.right)
        if min(state.p_true) > 0:
            losses = [-math.log(p) for p in state.p_true]
            complaints.compare("summary mean_loss", where, mean_loss, math.fsum(losses) / count, 2 * FLOAT32)
            complaints.compare("summary last_loss", where, last_loss, losses[-1], 2 * FLOAT32)
        if None not in state.margins:
            complaints.compare("summary aum", where, aum, math.fsum(state.margins) / count, 2 * FLOAT32)
        complaints.compare("summary el2n", where, el2n, state.el2n, 2 * FLOAT32)
        complaints.compare("summary learned", where, (ever, never), (int(learned), int(not learned)), 0)
        complaints.compare("summary first_learned", where, first,
                           state.epochs[state.right.index(True)] if learned else None, 0)
        # A fall that is 0.00001 nearly may be on either side of it before the probabilities were rounded.
        if all(abs(fall - 1e-5) > 2 * FLOAT32 for fall in falls):
            complaints.compare("summary unlearned_epochs", where, unlearned, sum(fall > 1e-5 for fall in falls), 0)


def check_summary(db, run, instances, last_rows, complaints):
    """Compares instance_summary with the epochs gone through."""
    last = {row[0]: row for row in last_rows}
    rows = db.execute("SELECT instance_id, part, class, p_true_mean, p_true_sd, correctness, forgetting_events, difficulty, "
                      "weight, predicted FROM instance_summary WHERE run_id = ?", (run,)).fetchall()
    complaints.compare("rows of instance_summary", f"run {run}", len(rows), len(instances), 0)
    for instance, part, name, mean, deviation, correctness, forgotten, difficulty, weight, predicted in rows:
        where = f"run {run} instance {instance}"
        state, end = instances[instance], last[instance]
        count = len(state.p_true)
        my_mean = math.fsum(state.p_true) / count
        my_deviation = math.sqrt(math.fsum((p - my_mean) ** 2 for p in state.p_true) / count)
        my_forgotten = sum(a and not b for a, b in zip(state.right, state.right[1:])) if any(state.right) else None
        complaints.compare("summary part, class, predicted", where, (part, name, predicted), (end[1], end[2], end[3]), 0)
        complaints.compare("summary p_true_mean", where, mean, my_mean, FLOAT32)
        complaints.compare("summary p_true_sd", where, deviation, my_deviation, FLOAT32)
        complaints.compare("summary correctness", where, correctness, sum(state.right) / count, 1e-12)
        complaints.compare("summary forgetting_events", where, forgotten, my_forgotten, 0)
        complaints.compare("summary difficulty", where, difficulty, end[7], FLOAT32 * end[7])
        complaints.compare("summary weight", where, weight, end[8], FLOAT32 * (end[8] or 0))


def check_run(db, run, complaints):
    """False if not every epoch of the run is recorded."""
    settings = read_settings(db, run)
    epochs = [row[0] for row in db.execute("SELECT epoch FROM epochs WHERE run_id = ? ORDER BY epoch", (run,))]
    instances, rows = {}, []
    for epoch in epochs:
        expected = {row[0]: row[8] for row in rows}
        rows, probabilities = read_epoch(db, run, epoch)
        if not rows:
            return False
        check_drawn(run, epoch, rows, expected, settings, complaints)
        check_rows(run, epoch, rows, probabilities, class_order(rows, probabilities), instances, settings, complaints)
        sample_size = check_weights(run, epoch, rows, settings, instances, complaints)
        check_metrics(db, run, epoch, rows, probabilities, sample_size, complaints)
    check_summary(db, run, instances, rows, complaints)
    check_measures(db, run, instances, complaints)
    return bool(epochs)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
    wanted = [int(run) for run in sys.argv[2:]]
    if not wanted:
        wanted = [row[0] for row in db.execute(
            "SELECT run_id FROM runs WHERE status = 'done' ORDER BY run_id")]
    complaints, checked = Complaints(), 0
    for run in wanted:
        if check_run(db, run, complaints):
            checked += 1
        else:
            print(f"run {run}: not every epoch was recorded, not checked")
    for kind, count in complaints.counts.items():
        print(f"{kind}: {count} differences")
    print(f"{checked} runs, {complaints.checks} comparisons, {sum(complaints.counts.values())} differences")
    sys.exit(1 if complaints.counts or not checked else 0)


main()
