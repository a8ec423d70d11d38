#!/usr/bin/env python3
"""What the formulas of some methods come to on small fixtures, in numpy.

make_methods.py          writes methods.h beside this script
make_methods.py --check  compares the steps of Meta-Weight-Net with PyTorch's derivatives of derivatives
"""

import pathlib
import sys

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


def hidden_and_logits(parameters, x):
    weight, bias, out_weight, out_bias = parameters
    hidden = np.tanh(x @ weight.T + bias)
    return hidden, hidden @ out_weight.T + out_bias


def cross_entropy(parameters, x, y):
    z = hidden_and_logits(parameters, x)[1]
    return np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]


def gradients(parameters, x, y):
    """Of each instance's cross-entropy by all parameters, one row an instance."""
    hidden, z = hidden_and_logits(parameters, x)
    delta = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    delta[np.arange(len(y)), y] -= 1
    below = delta @ parameters[2] * (1 - hidden ** 2)
    return np.hstack([np.einsum("ni,nj->nij", below, x).reshape(len(y), -1), below,
                      np.einsum("ni,nj->nij", delta, hidden).reshape(len(y), -1), delta])


def step(parameters, direction):
    moved, at = [], 0
    for parameter in parameters:
        moved.append(parameter + direction[at:at + parameter.size].reshape(parameter.shape))
        at += parameter.size
    return moved


def meta_fixture():
    """x, y, the parameters of a tanh network, the meta set, a batch, the learning rate."""
    random = np.random.default_rng(7)
    count, inputs, units, classes, rate = 12, 3, 4, 3, .1
    x, y = random.normal(size=(count, inputs)), np.array([0, 1, 2, 0, 1, 0, 2, 0, 1, 0, 0, 1])
    parameters = [random.normal(size=shape) * .7 for shape in ((units, inputs), units, (classes, units), classes)]
    return x, y, parameters, np.array([1, 3, 6, 7, 8]), np.array([0, 2, 4, 5, 9, 5, 10, 11]), rate


NET_UNITS, NET_RATE, NET_DECAY = 100, .05, 1e-4


def net_start():
    """a, b, c, d of the network of weights."""
    at = np.arange(3 * NET_UNITS + 1)
    return np.where(at < 2 * NET_UNITS, 1, .1) * np.sin(at + 1)


def net_forward(theta, loss):
    """Hidden outputs, weights."""
    a, b, c = theta[:-1].reshape(3, -1)
    hidden = np.maximum(0, np.outer(loss, a) + b)
    return hidden, 1 / (1 + np.exp(-(hidden @ c + theta[-1])))


def net_gradient(theta):
    """Of the meta loss after one step by all numbers of the network of weights, without decay: a function of a batch."""
    x, y, parameters, meta, _, rate = meta_fixture()
    own = gradients(parameters, x, y)

    def of(batch):
        loss = cross_entropy(parameters, x[batch], y[batch])
        hidden, weight = net_forward(theta, loss)
        moved = step(parameters, -rate * weight @ own[batch] / len(batch))
        after = gradients(moved, x, y)[meta]
        meta_gradient = np.mean([after[y[meta] == c].mean(axis=0) for c in np.unique(y)], axis=0)
        delta = -rate / len(batch) * own[batch] @ meta_gradient * weight * (1 - weight)
        below = np.outer(delta, theta[2 * NET_UNITS:-1]) * (hidden > 0)
        return np.concatenate([loss @ below, below.sum(axis=0), delta @ hidden, [delta.sum()]])

    return of


def net_batches():
    batch = meta_fixture()[4]
    return [batch, batch[:2:-1].copy(), batch[2:]]


def net_weights():
    """Shu et al. 2019, Algorithm 1: the weights of each batch after the step of Adam that it gives the network of weights."""
    x, y, parameters, *_ = meta_fixture()
    theta, first, second, found = net_start(), 0, 0, []
    for t, batch in enumerate(net_batches(), 1):
        gradient = net_gradient(theta)(batch) + NET_DECAY * theta
        first, second = .9 * first + .1 * gradient, .999 * second + .001 * gradient ** 2
        theta = theta - NET_RATE * (first / (1 - .9 ** t)) / (np.sqrt(second / (1 - .999 ** t)) + 1e-8)
        loss = cross_entropy(parameters, x[batch], y[batch])
        found.append(net_forward(theta, loss)[1] / len(batch))
    return found


def check():
    """Largest difference from PyTorch's gradients of the meta loss through a step."""
    import torch
    x, y, parameters, meta, _, rate = meta_fixture()
    inputs, target = torch.tensor(x), torch.tensor(y)
    worst = 0
    for batch in net_batches():
        theta = torch.tensor(net_start(), requires_grad=True)
        own = [torch.tensor(parameter, requires_grad=True) for parameter in parameters]

        def losses(p, rows):
            z = torch.tanh(inputs[rows] @ p[0].T + p[1]) @ p[2].T + p[3]
            return torch.nn.functional.cross_entropy(z, target[rows], reduction="none")

        loss = losses(own, batch)
        a, b, c = theta[:-1].reshape(3, -1)
        weight = torch.sigmoid(torch.relu(torch.outer(loss.detach(), a) + b) @ c + theta[-1])
        step_by = torch.autograd.grad((weight * loss).mean(), own, create_graph=True)
        after = losses([p - rate * g for p, g in zip(own, step_by)], meta)
        meta_loss = torch.stack([after[target[meta] == c].mean() for c in np.unique(y)]).mean()
        gradient = torch.autograd.grad(meta_loss, theta)[0].numpy()
        worst = max(worst, np.abs(gradient - net_gradient(net_start())(batch)).max() / np.abs(gradient).max())
    print(f"Meta-Weight-Net and PyTorch: {worst:.1e}")
    return int(worst > 1e-12)


def meta_lines():
    """Ren et al. 2018, Algorithm 1: the derivative of the meta loss by the weights of one step, by differences and exactly."""
    x, y, parameters, meta, batch, rate = meta_fixture()
    classes = len(np.unique(y))
    own = gradients(parameters, x, y)

    def meta_loss(moved):
        losses = cross_entropy(moved, x[meta], y[meta])
        return np.mean([losses[y[meta] == c].mean() for c in range(classes)])

    meta_gradient = np.mean([own[meta][y[meta] == c].mean(axis=0) for c in range(classes)], axis=0)
    product = own[batch] @ meta_gradient
    for i, instance in enumerate(batch):
        epsilon = 1e-5
        ahead, back = (meta_loss(step(parameters, -rate * sign * epsilon * own[instance])) for sign in (1, -1))
        assert abs((ahead - back) / (2 * epsilon) + rate * product[i]) < 1e-9
    weight = np.maximum(product, 0)
    values = {"x": x, "weight": parameters[0], "bias": parameters[1], "out_weight": parameters[2], "out_bias": parameters[3],
              "expected": weight / weight.sum()}
    return ("\n/* A tanh network of 3 inputs, 4 hidden units and 3 classes: the weights of a batch by a meta set. */\n"
            f"static const uint32_t meta_y[] = {{ {', '.join(map(str, y))} }};\n"
            f"static const uint32_t meta_set[] = {{ {', '.join(map(str, meta))} }};\n"
            f"static const uint32_t meta_batch[] = {{ {', '.join(map(str, batch))} }};\n"
            + "".join(f"static const double meta_{name}[] = {listed(value.ravel())};\n" for name, value in values.items())
            + "/* The same of a network of weights, whose numbers start at sin(i + 1), behind the 200th at a tenth of it, batch "
            "after\n * batch; its learning rate. */\n"
            f"static const double meta_net_rate = {NET_RATE};\n"
            "static const struct {\n\tsize_t count;\n\tuint32_t batch[8];\n\tdouble expected[8];\n} meta_net_steps[] = {\n"
            + "".join(f"\t{{ {len(batch)}, {{ {', '.join(map(str, batch))} }}, {listed(weight)} }},\n"
                      for batch, weight in zip(net_batches(), net_weights())) + "};\n")


def bilateral_lines():
    """Zhou et al. 2020: loss and gradient of one step on pairs, by differences and exactly; two hidden layers, the last of which
    is one of each branch."""
    random = np.random.default_rng(11)
    inputs, shared, own, classes, alpha = 3, 4, 2, 3, .64
    uniform, reverse = np.array([0, 3, 5, 9, 10]), np.array([2, 6, 1, 2, 8])
    x, y = random.normal(size=(12, inputs)), np.array([0, 1, 2, 0, 1, 0, 2, 0, 1, 0, 0, 1])
    # Shared, uniform branch, reversed branch, their classifiers.
    parameters = [random.normal(size=shape) * .8 for shape in (
        (shared, inputs), shared, (own, shared), own, (own, shared), own, (classes, own), (classes, own))]

    def forward(p):
        below = [np.tanh(x[half] @ p[0].T + p[1]) for half in (uniform, reverse)]
        features = [np.tanh(below[0] @ p[2].T + p[3]), np.tanh(below[1] @ p[4].T + p[5])]
        z = 2 * (alpha * features[0] @ p[6].T + (1 - alpha) * features[1] @ p[7].T)
        return below, features, z

    def loss(p):
        z = forward(p)[2]
        log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        pairs = np.arange(len(z))
        return -np.mean(alpha * log_p[pairs, y[uniform]] + (1 - alpha) * log_p[pairs, y[reverse]])

    below, features, z = forward(parameters)
    delta = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    delta -= alpha * np.eye(classes)[y[uniform]] + (1 - alpha) * np.eye(classes)[y[reverse]]
    delta /= len(z)
    gradient, shared_weight, shared_bias = [], 0, 0
    for half, share, head in ((0, alpha, 6), (1, 1 - alpha, 7)):
        inner = 2 * share * delta @ parameters[head] * (1 - features[half] ** 2)
        gradient += [inner.T @ below[half], inner.sum(axis=0)]
        lower = inner @ parameters[2 + 2 * half] * (1 - below[half] ** 2)
        shared_weight, shared_bias = shared_weight + lower.T @ x[(uniform, reverse)[half]], shared_bias + lower.sum(axis=0)
    heads = [2 * share * delta.T @ features[half] for half, share in ((0, alpha), (1, 1 - alpha))]
    gradient = [shared_weight, shared_bias, *gradient, *heads]
    for i, parameter in enumerate(parameters):
        for at in np.ndindex(parameter.shape):
            moved = [[p.copy() for p in parameters] for _ in range(2)]
            moved[0][i][at] += 1e-5
            moved[1][i][at] -= 1e-5
            assert abs((loss(moved[0]) - loss(moved[1])) / 2e-5 - gradient[i][at]) < 1e-8

    def laid_out(p):
        """As the program has them: a layer's two branches side by side."""
        return {"shared_weight": p[0], "shared_bias": p[1], "weight": np.vstack([p[2], p[4]]), "bias": np.hstack([p[3], p[5]]),
                "classifier": np.hstack([p[6], p[7]])}

    both = {**laid_out(parameters), **{name + "_gradient": value for name, value in laid_out(gradient).items()}, "x": x}
    return ("\n/* A tanh network of 3 inputs, 4 shared units, 2 units in each of two branches and 3 classes: a step on pairs. */\n"
            f"static const double bilateral_fixed_alpha = {alpha};\n"
            f"static const uint32_t bilateral_y[] = {{ {', '.join(map(str, y))} }};\n"
            f"static const uint32_t bilateral_uniform[] = {{ {', '.join(map(str, uniform))} }};\n"
            f"static const uint32_t bilateral_reversed[] = {{ {', '.join(map(str, reverse))} }};\n"
            + "".join(f"static const double bilateral_{name}[] = {listed(value.ravel())};\n" for name, value in both.items()))


def main():
    if sys.argv[1:] == ["--check"]:
        sys.exit(check())
    (HERE / "methods.h").write_text(HEADER + pacing_lines() + meta_lines() + bilateral_lines() + "/* clang-format on */\n\n#endif\n", encoding="utf-8")


main()
