#!/usr/bin/env python3
"""Writes methods.h, what the formulas of some methods come to on small fixtures, in numpy: make_methods.py"""

import pathlib

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent

HEADER = """/* Values of methods on small fixtures, made by make_methods.py: do not edit. */
#ifndef HARDROW_TESTS_REFERENCE_METHODS_H
#define HARDROW_TESTS_REFERENCE_METHODS_H

#include <stddef.h>
#include <stdint.h>

/* clang-format off */
"""


def listed(values):
    return "{ " + ", ".join(repr(float(value)) for value in values) + " }"


def curriculum(loss, y, step, start, growth, pace, hardest):
    """Hacohen and Weinshall 2019: the ceil(g n_c) easiest (hardest) of each class, g growing every `pace` steps."""
    share = start
    for _ in range(step // pace):
        share = min(share * growth, 1)
    chosen = np.zeros(len(y))
    for c in np.unique(y):
        members = np.flatnonzero(y == c)
        order = members[np.argsort(loss[members], kind="stable")]
        count = int(np.ceil(round(min(share, 1) * len(members), 9)))
        chosen[order[-count:] if hardest else order[:count]] = 1
    return chosen


def self_paced(first, loss, step, start, growth, soft):
    """Kumar et al. 2010, and the linear weights of Jiang et al. 2014."""
    bound = np.sort(first)[min(int(start * len(first)), len(first) - 1)] * growth ** step
    return np.maximum(0, 1 - loss / bound) if soft else (loss < bound).astype(float)


def pacing_lines():
    y = np.array([0, 1, 0, 2, 0, 1, 0, 1, 2, 0, 0, 1, 0, 0, 1])
    first = np.array([.3, .9, .05, 2.5, .7, .9, 1.6, .4, 3.1, .25, .6, 1.2, .15, .45, 2.2])
    now = np.array([.2, 1.1, .02, 2.0, .9, .5, 1.5, .3, 3.5, .2, .7, 1.0, .1, .3, 2.6])
    cases = []
    for step in (0, 1, 2, 3, 5, 9):
        for name, soft, weight in (
                ("curriculum", 0, curriculum(first, y, step, .2, 1.5, 2, False)),
                ("anti-curriculum", 0, curriculum(first, y, step, .2, 1.5, 2, True)),
                ("self-paced-learning", 0, self_paced(first, now, step, .4, 1.25, False)),
                ("self-paced-learning", 1, self_paced(first, now, step, .4, 1.25, True))):
            cases.append(f'\t{{ "{name}", {soft}, {step}, {listed(weight)} }},\n')
    return ("/* Samplers that pace themselves: losses of the first epochs and now, and the expected draws `step` epochs\n"
            " * after them; pace-start 0.2, pace-growth 1.5, pace-epochs 2, of self-paced-learning 0.4 and 1.25. */\n"
            f"#define PACING_COUNT {len(y)}\n"
            f"static const uint32_t pacing_y[PACING_COUNT] = {{ {', '.join(map(str, y))} }};\n"
            f"static const double pacing_first[PACING_COUNT] = {listed(first)};\n"
            f"static const double pacing_now[PACING_COUNT] = {listed(now)};\n"
            "static const struct {\n\tconst char *sampler;\n\tint is_soft;\n\tsize_t step;\n\tdouble weight[PACING_COUNT];\n"
            "} pacing_cases[] = {\n" + "".join(cases) + "};\n")


def main():
    (HERE / "methods.h").write_text(HEADER + pacing_lines() + "/* clang-format on */\n\n#endif\n", encoding="utf-8")


main()
