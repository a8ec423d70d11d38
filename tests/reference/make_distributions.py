#!/usr/bin/env python3
"""Writes distributions.h beside this script: what SciPy says of distributions and tests. Needs numpy and SciPy (1.10)."""

import pathlib

import numpy as np
from scipy import optimize, stats

HERE = pathlib.Path(__file__).resolve().parent


def t_quantile(p, freedom):
    """SciPy's own is right to 9 digits only, its distribution function to more."""
    near = stats.t.isf(p / 2, freedom)
    return optimize.brentq(lambda t: 2 * stats.t.sf(t, freedom) - p, near * 0.999, near * 1.001, xtol=1e-15 * near,
                           rtol=1e-15)


def values():
    """(function, up to three arguments, value)."""
    for freedom in (1, 2, 3, 9, 30, 99, 1e4):
        for t in (0.0, 1e-3, 0.5, 1.0, 2.262157162740992, 5.0, 20.0, -3.0):
            yield "student_t_sides", (t, freedom), 2 * stats.t.sf(abs(t), freedom)
        for p in (1e-8, 0.001, 0.05, 0.1, 0.5, 0.99):
            yield "student_t_quantile", (p, freedom), t_quantile(p, freedom)
    for freedom in (1, 2, 9, 38):
        for x in (0.0, 1e-6, 0.7, 3.841458820694124, 20.0, 146.0, 1000.0):
            yield "chi_square_tail", (x, freedom), stats.chi2.sf(x, freedom)
        for x in (0.0, 0.3, 1.0, 4.2, 64.8, 1e4):
            for second in (1, 9, 245):
                yield "f_tail", (x, freedom, second), stats.f.sf(x, freedom, second)
    for k in (2, 3, 6, 10, 39, 100):
        for q in (0.0, 0.5, 2.0, 3.314493, 5.0, 8.0):
            yield "studentized_range_tail", (q, k), stats.studentized_range.sf(q, k, np.inf)
        for p in (0.01, 0.05, 0.1, 0.9):
            yield "studentized_range_quantile", (p, k), stats.studentized_range.isf(p, k, np.inf)
    for b, c in ((0, 0), (0, 1), (1, 0), (0, 6), (5, 5), (10, 4), (59, 6), (121, 59), (1000, 900), (20000, 19500)):
        yield "mcnemar_p", (b, c), stats.binomtest(b, b + c).pvalue if b + c else 1.0


def differences():
    """(difference, n, ratio, resampled p, half width, signed-rank p); the signed-rank test of SciPy 1.10 is exact
    without ties and zeros only, for the rest all signs are tried here."""
    rng = np.random.RandomState(1)
    for n in (2, 3, 5, 10, 20):
        yield np.round(rng.normal(0.3, 1, n), 6)
    yield np.array([1.0, -1.0, 2.0, 2.0, 3.0, 0.0, 0.0, -2.0, 4.0])
    yield np.array([0.0, 0.0, 0.0])


def signed_rank(d):
    d = d[d != 0]
    if len(d) == 0:
        return 1.0
    ranks = stats.rankdata(np.abs(d))
    if len(set(ranks)) == len(d):
        return stats.wilcoxon(d, mode="exact").pvalue
    signs = (np.arange(2 ** len(d))[:, None] >> np.arange(len(d))) & 1
    sums = signs @ ranks
    less = min(ranks[d > 0].sum(), ranks[d < 0].sum())
    return min(1.0, 2 * np.mean(sums <= less + 1e-9))


def resampled(d, ratio):
    n = len(d)
    error = np.sqrt(np.var(d, ddof=1) * (1 / n + ratio))
    p = 1.0 if error == 0 else 2 * stats.t.sf(abs(d.mean()) / error, n - 1)
    return p, t_quantile(0.05, n - 1) * error


def posterior(d, rope, samples=400000):
    """The Bayesian signed-rank test as baycomp's SignedRankTest has it, from its description: shares of the samples in
    which "below", "within" and "above" the rope have the most weight."""
    x = np.concatenate(([0.0], d))
    sums = x[:, None] + x
    above, below = (0.5 * (s >= 2 * rope) + 0.5 * (s > 2 * rope) for s in (sums, -sums))
    weights = np.random.RandomState(7).dirichlet([0.5] + [1.0] * len(d), samples)
    right = np.sum(weights @ above * weights, axis=1)
    left = np.sum(weights @ below * weights, axis=1)
    return np.bincount(np.argmax([left, 1 - left - right, right], axis=0), minlength=3) / samples


def posteriors():
    d = np.array([0.023, -0.008, 0.031, 0.012, 0.004, -0.015, 0.0, 0.046, 0.009, 0.02])
    for rope in (0.0, 0.005, 0.01, 0.02):
        yield d, rope, posterior(d, rope)
    yield -d, 0.01, posterior(-d, 0.01)


def calibrations():
    """(confidences, expected calibration error of a model that is right with just these probabilities), 15 bins."""
    for confidence in ([0.5], [0.9] * 7, [0.41, 0.52, 0.6, 0.62, 0.66, 0.71, 0.85, 0.86, 0.99, 1.0], [1.0, 1.0]):
        gap = 0
        for b in range(15):
            inside = [c for c in confidence if b / 15 < c <= (b + 1) / 15]
            chance = np.ones(1)
            for c in inside:
                chance = np.convolve(chance, [1 - c, c])
            gap += chance @ np.abs(np.arange(len(chance)) - sum(inside))
        yield confidence, gap / len(confidence)


def main():
    lines = ["/* Values of SciPy, made by make_distributions.py: do not edit. */",
             "#ifndef HARDROW_TESTS_REFERENCE_DISTRIBUTIONS_H", "#define HARDROW_TESTS_REFERENCE_DISTRIBUTIONS_H", "",
             "#include <stddef.h>", "", "/* clang-format off */",
             "static const struct {", "\tconst char *function;", "\tdouble arguments[3], value;",
             "} distribution_values[] = {"]
    for function, arguments, value in values():
        padded = list(arguments) + [0] * (3 - len(arguments))
        lines.append('\t{ "%s", { %s }, %.17g },' % (function, ", ".join("%.17g" % a for a in padded), value))
    lines += ["};", "", "static const struct {", "\tsize_t n;", "\tdouble d[20], ratio, p, half_width, signed_rank;",
              "} difference_values[] = {"]
    for d in differences():
        for ratio in (0.0, 0.25):
            p, half = resampled(d, ratio)
            lines.append("\t{ %d, { %s }, %.17g, %.17g, %.17g, %.17g }," % (
                len(d), ", ".join("%.17g" % x for x in d), ratio, p, half, signed_rank(d)))
    lines += ["};", "", "static const struct {", "\tsize_t n;", "\tdouble d[10], rope, below, within, above;",
              "} posterior_values[] = {"]
    for d, rope, p in posteriors():
        lines.append("\t{ %d, { %s }, %g, %s }," % (
            len(d), ", ".join("%g" % x for x in d), rope, ", ".join("%.4f" % x for x in p)))
    lines += ["};", "", "static const struct {", "\tsize_t n;", "\tdouble confidence[10], level;",
              "} calibration_values[] = {"]
    for confidence, level in calibrations():
        lines.append("\t{ %d, { %s }, %.17g }," % (len(confidence), ", ".join("%g" % c for c in confidence), level))
    lines += ["};", "", "#endif", ""]
    (HERE / "distributions.h").write_text("\n".join(lines))


main()
