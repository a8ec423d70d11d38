#!/usr/bin/env python3
"""Tables 1 and 2 of Yu et al. 2022: a ResNet on long-tailed CIFAR, trained six ways in PyTorch, each recorded by hardrow.

    python3 cifar_lt.py --data cifar-10-binary.tar.gz [--methods all] [--epochs 200] [--seeds 3] [--db cifar.db]

--data is a folder or a tar archive of it: the binary or Python files of CIFAR-10 or CIFAR-100, or images of 32 x 32 pixels
as train/CLASS/NAME.png and test/CLASS/NAME.png (which needs PIL). Classes are thinned to --ratio; data that has that long
tail already stays whole. The training is that of Cao et al. 2019: SGD, warm-up, two decays; crops and flips; with fewer
than 200 epochs the same schedule in less time. Every run is in the file with what it predicted of every row in every
epoch; one that is there finished, with the same data and settings, is not trained again, so the command may be broken off
and repeated, or run twice with other --methods. A run is repeatable with the same seed, version of torch, device and
number of threads. On a GPU a step of all runs that are trained side by side (--together) is one CUDA graph, and the
convolutions are computed in bfloat16: what takes the time of so small a network are its many short kernels.
"""
import argparse
import contextlib
import fnmatch
import hashlib
import io
import json
import math
import os
import pathlib
import pickle
import statistics
import tarfile
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional

import hardrow.torch

# Accuracy that the paper prints for CIFAR-10 of ratio 100.
METHODS = {"base": 72.2, "focal": 72.6, "class-balanced": 74.3, "difficulty": 75.0, "tde": 79.1, "difficulty-tde": 79.6}
# Of the pixels, from 0 to 1.
MEAN, DEVIATION = (0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010)


# ---- The data ----


def list_files(path):
    """{name below the folder of the data set: function that reads it}."""
    if path.is_dir():
        return {file.relative_to(path).as_posix(): file.read_bytes for file in path.rglob("*") if file.is_file()}
    with tarfile.open(path) as archive:
        contents = {member.name.removeprefix("./"): archive.extractfile(member).read() for member in archive if member.isfile()}
    return {name.split("/", 1)[-1]: io.BytesIO(content).getvalue for name, content in contents.items()}


def number_rows(part, images, labels):
    return images.reshape(-1, 3, 32, 32), np.asarray(labels, dtype=np.int64), [f"{part}/{row:05d}" for row in range(len(labels))]


def read_binary(part, contents, label_bytes):
    """Each image has its label before it; the fine one of CIFAR-100 is the second."""
    records = np.concatenate([np.frombuffer(content, dtype=np.uint8).reshape(-1, label_bytes + 3072) for content in contents])
    return number_rows(part, records[:, label_bytes:], records[:, label_bytes - 1])


def read_python(part, contents, key):
    """Unpickling runs whatever code a file holds: take the files from whom you trust."""
    batches = [pickle.loads(content, encoding="bytes") for content in contents]
    return number_rows(part, np.concatenate([batch[b"data"] for batch in batches]), np.concatenate([batch[key] for batch in batches]))


def read_image(name, content):
    from PIL import Image

    image = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
    if image.shape != (32, 32, 3):
        raise SystemExit(f"{name}: {image.shape[1]} x {image.shape[0]} pixels; they must be 32 x 32")
    return image.transpose(2, 0, 1)


def read_folder(part, files, classes):
    names = sorted(name for name in files if fnmatch.fnmatch(name, f"{part}/*/*"))
    return (np.stack([read_image(name, files[name]()) for name in names]),
            np.array([classes.index(name.split("/")[1]) for name in names]), names)


def read_data(path):
    """Names of the classes, and for train and test: images (n, 3, 32, 32) of bytes, classes (n), names of the rows."""
    files = list_files(path)
    binary = {"batches.meta.txt": ("data_batch_?.bin", "test_batch.bin", 1), "fine_label_names.txt": ("train.bin", "test.bin", 2)}
    pickled = {"batches.meta": ("data_batch_?", "test_batch", "label"), "meta": ("train", "test", "fine_label")}
    for meta, (train, test, label_bytes) in binary.items():
        if meta in files:
            return files[meta]().decode().split(), *(
                read_binary(part, [files[name]() for name in sorted(fnmatch.filter(files, pattern))], label_bytes)
                for part, pattern in (("train", train), ("test", test)))
    for meta, (train, test, label) in pickled.items():
        if meta in files:
            names = pickle.loads(files[meta](), encoding="bytes")[f"{label}_names".encode()]
            return [name.decode() for name in names], *(
                read_python(part, [files[name]() for name in sorted(fnmatch.filter(files, pattern))], f"{label}s".encode())
                for part, pattern in (("train", train), ("test", test)))
    for part in "train", "test":
        if not fnmatch.filter(files, f"{part}/*/*"):
            raise SystemExit(f"{path}: neither files of CIFAR nor {part}/CLASS/NAME.png")
    classes = sorted({name.split("/")[1] for name in files if fnmatch.fnmatch(name, "train/*/*")})
    return classes, read_folder("train", files, classes), read_folder("test", files, classes)


def long_tail_counts(most, classes, ratio):
    """How many rows each class keeps, as Cui et al. 2019: int(most ratio^(-c / (k - 1)))."""
    return [int(most * (1 / ratio) ** (c / (classes - 1))) for c in range(classes)]


def long_tail(labels, names, ratio):
    """Rows that stay, the same in every run."""
    rng, kept = np.random.default_rng(0), []
    for c, count in enumerate(long_tail_counts(np.bincount(labels).max(), len(names), ratio)):
        rows = np.flatnonzero(labels == c)
        if len(rows) < count:
            raise SystemExit(f"class '{names[c]}' has {len(rows)} images, where a ratio of {ratio:g} keeps {count};"
                             " give the --ratio of these data")
        kept.append(rng.choice(rows, count, replace=False))
    return np.sort(np.concatenate(kept))


# ---- The network ----


class Block(nn.Module):
    """Of He et al. 2016 for CIFAR; where the width doubles, the shortcut skips pixels and pads channels by 0 (their option A)."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.pad = (outputs - inputs) // 2
        self.first = nn.Conv2d(inputs, outputs, 3, 2 if self.pad else 1, 1, bias=False)
        self.second = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norms = nn.ModuleList([nn.BatchNorm2d(outputs), nn.BatchNorm2d(outputs)])

    def forward(self, x):
        shortcut = functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.pad, self.pad)) if self.pad else x
        x = self.norms[1](self.second(functional.relu(self.norms[0](self.first(x)))))
        return functional.relu(x + shortcut)


class TDEClassifier(nn.Module):
    """Multi-head cosine classifier of Tang et al. 2020, the direct effect of whose features is total (eq. 10): with x_h, w_h the
    features and weights of a head, e_h the moving average of the batches' mean features,
        training    (s / H) sum_h  w_h / (|w_h| + g) . x_h / |x_h|
        prediction  the same, x_h / |x_h| less  effect cos(x_h, e_h) e_h / |e_h|."""

    def __init__(self, features, classes, effect, heads=2, scale=16, gamma=1 / 32, momentum=0.9):
        super().__init__()
        self.effect, self.heads, self.scale, self.gamma, self.momentum = effect, heads, scale, gamma, momentum
        self.weight = nn.Parameter(torch.empty(classes, features).uniform_(-1, 1) / math.sqrt(features))
        self.register_buffer("mean", torch.zeros(features))

    def forward(self, x):
        if self.training:
            self.mean.mul_(self.momentum).add_(x.detach().mean(0))
        weight = self.weight.unflatten(1, (self.heads, -1))
        weight = weight / (weight.norm(dim=2, keepdim=True) + self.gamma)
        x = functional.normalize(x.unflatten(1, (self.heads, -1)), dim=2)
        if not self.training:
            direction = functional.normalize(self.mean.unflatten(0, (self.heads, -1)), dim=1)
            x = x - self.effect * (x * direction).sum(2, keepdim=True) * direction
        return self.scale / self.heads * x.flatten(1) @ weight.flatten(1).T


class Network(nn.Module):
    """From bytes to logits. depth = 6 n + 2: n blocks of 16, of 32 and of 64 channels, whose mean over the pixels goes to the classifier:
    a linear one, or that of TDE with this effect. The rest starts alike for a seed."""

    def __init__(self, depth, classes, effect):
        super().__init__()
        self.register_buffer("mean", 255 * torch.tensor(MEAN).reshape(3, 1, 1))
        self.register_buffer("deviation", 255 * torch.tensor(DEVIATION).reshape(3, 1, 1))
        widths = [16] * (depth // 6) + [32] * (depth // 6) + [64] * (depth // 6)
        self.features = nn.Sequential(nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
                                      *(Block(*pair) for pair in zip([16] + widths, widths)), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        for module in self.features.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)
        self.classifier = nn.Linear(64, classes) if effect is None else TDEClassifier(64, classes, effect)

    def forward(self, images):
        x = ((images - self.mean) / self.deviation).contiguous(memory_format=torch.channels_last)
        with torch.autocast(x.device.type, torch.bfloat16, enabled=x.is_cuda):
            x = self.features(x)
        return self.classifier(x.float())


# ---- The losses ----


def focal_loss(logits, labels, gamma=1):
    losses = functional.cross_entropy(logits, labels, reduction="none")
    return ((1 - torch.exp(-losses)) ** gamma * losses).mean()


def class_balanced_weights(counts, beta=0.9999):
    """Of Cui et al. 2019, scaled to mean 1."""
    weights = (1 - beta) / -np.expm1(np.asarray(counts) * np.log(beta))
    return torch.as_tensor(weights * len(weights) / weights.sum(), dtype=torch.float32)


def make_loss(method, counts, device):
    weights = class_balanced_weights(counts).to(device) if method == "class-balanced" else None
    return focal_loss if method == "focal" else lambda logits, labels: functional.cross_entropy(logits, labels, weights)


# ---- The training ----


def augment(images, moves):
    """Each image moved by moves - 4 pixels and, where the third is 1, mirrored. moves: (n, 3) of 0 … 8, 0 … 8 and 0 or 1."""
    down, right = (moves[:, axis, None] + torch.arange(32, device=images.device) for axis in (0, 1))
    right = torch.where(moves[:, 2, None] == 1, right.flip(1), right)
    every = torch.arange(len(images), device=images.device).reshape(-1, 1, 1)
    return functional.pad(images, (4, 4, 4, 4))[every, :, down.unsqueeze(2), right.unsqueeze(1)].permute(0, 3, 1, 2)


def learning_rate(epoch, epochs):
    """0.1 after a warm-up of 5 epochs of 200, a hundredth of it after 160, a ten thousandth after 180."""
    part = epoch / epochs
    return 0.1 * min(1, (epoch + 1) / (epochs / 40)) * (1 if part < 0.8 else 0.01 if part < 0.9 else 0.0001)


class Training:
    """A run, its network, and the epoch that it is in: order and moves say how each batch is drawn and augmented. What step() reads
    and writes stays where it is, as CUDA graphs want it."""

    def __init__(self, run, method, seed, data, options):
        self.run, self.name, self.data = run, f"{method}, seed {seed}", data
        images, _, labels, effect = data
        torch.manual_seed(seed)
        depth, self.effect = int(options.model.removeprefix("resnet")), effect if method.endswith("tde") else None
        self.network = Network(depth, len(run.classes), self.effect).to(images.device, memory_format=torch.channels_last)
        self.loss = make_loss(method, torch.bincount(labels).tolist(), images.device)
        self.optimizer = torch.optim.SGD(self.network.parameters(), lr=0.1, momentum=0.9, weight_decay=2e-4)
        self.sampler = hardrow.torch.DifficultySampler(run)
        self.random = torch.Generator(images.device).manual_seed(seed)
        self.order = torch.empty_like(labels)
        self.moves = torch.empty(len(labels), 3, dtype=torch.long, device=images.device)
        self.at = torch.zeros((), dtype=torch.long, device=images.device)
        self.total = torch.zeros((), device=images.device)
        self.stream = torch.cuda.Stream(images.device) if images.is_cuda else None

    def begin_epoch(self, rate):
        self.optimizer.param_groups[0]["lr"] = rate
        self.order.copy_(torch.tensor(list(self.sampler)))
        for column, values in zip(self.moves.T, (9, 9, 2)):
            column.random_(0, values, generator=self.random)
        self.at.zero_()
        self.total.zero_()

    def step(self, count):
        """The next batch of this many rows."""
        images, _, labels, _ = self.data
        drawn = self.at + torch.arange(count, device=images.device)
        rows = self.order[drawn]
        loss = self.loss(self.network(augment(images[rows], self.moves[drawn])), labels[rows])
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        self.at += count
        self.total += loss.detach() * count

    def end_epoch(self):
        """Predictions of all rows, without augmentation. Difficulty is that of what is trained: only of the test rows is the effect of
        the moving average taken out."""
        for part, positions, removed in (self.data[0], self.run.train_positions, 0), (self.data[1], self.run.test_positions, self.effect):
            self.network.classifier.effect = removed
            # As many as keep a GPU busy, or fit into a processor's cache.
            hardrow.torch.log(self.run, self.network, part.split(2000 if part.is_cuda else 256), positions)
        self.run.end_epoch()


def step_side_by_side(trainings, count):
    """Each on a stream of its own, so that a GPU that one does not fill works at several."""
    stream = torch.cuda.current_stream()
    for training in trainings:
        training.stream.wait_stream(stream)
        with torch.cuda.stream(training.stream):
            training.step(count)
    for training in trainings:
        stream.wait_stream(training.stream)


def step(trainings, count, graphs):
    """The next batch of each. graphs: those of CUDA by the size of the batch, made the second time that one comes: the first lets cuDNN
    choose its algorithms and the optimizer make what it keeps."""
    if trainings[0].stream is None:
        for training in trainings:
            training.step(count)
    elif count not in graphs:
        step_side_by_side(trainings, count)
        graphs[count] = None
    else:
        if graphs[count] is None:
            graphs[count] = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graphs[count]):
                step_side_by_side(trainings, count)
        graphs[count].replay()


def train(trainings, options):
    rows, rate, graphs = len(trainings[0].order), None, {}
    for epoch in range(options.epochs):
        begun, last, rate = time.time(), rate, learning_rate(epoch, options.epochs)
        if rate != last:
            # A graph has the rate of when it was made.
            graphs.clear()
        for training in trainings:
            training.begin_epoch(rate)
        for row in range(0, rows, options.batch_size):
            step(trainings, min(options.batch_size, rows - row), graphs)
        for training in trainings:
            training.end_epoch()
            print(f"{training.name}, epoch {epoch + 1}: loss {training.total / rows:.3f}, {time.time() - begun:.1f} s", flush=True)


# ---- The file ----


def find_run(path, method, seed, model, settings):
    """The number of the run that finished with these settings, or None."""
    if not os.path.exists(path):
        return None
    connection = hardrow.connect(path)
    found = connection.execute("SELECT run_id, settings FROM runs WHERE status = 'done' AND (method, seed, model) = (?, ?, ?)"
                               " ORDER BY run_id", (method, seed, model)).fetchall()
    connection.close()
    return next((run for run, text in found if settings.items() <= json.loads(text).items()), None)


# Majority: classes with more training rows than the average one. Means over classes, as all have the same number of test rows.
ACCURACIES = """
SELECT 100 * avg(share), 100 * avg(CASE WHEN trained > mean THEN share END), 100 * avg(CASE WHEN trained <= mean THEN share END)
FROM (
  SELECT 1.0 * test.correct / test.instances AS share, train.instances AS trained, avg(train.instances) OVER () AS mean
  FROM runs
  JOIN class_epochs AS train ON train.run_id = runs.run_id AND train.epoch = runs.epochs AND train.part = 'train'
  JOIN class_epochs AS test ON test.run_id = runs.run_id AND test.epoch = runs.epochs AND test.part = 'test'
    AND test.class = train.class
  WHERE runs.run_id = ?)
"""


def print_table(path, runs, is_printed):
    """runs: {method: numbers of runs}. is_printed: the paper has these data."""
    connection = hardrow.connect(path)
    print(f"{'method':<16}{'seeds':>6}{'accuracy':>14}{'majority':>14}{'minority':>14}{'paper: accuracy':>18}")
    for method, numbers in runs.items():
        columns = zip(*(connection.execute(ACCURACIES, (number,)).fetchone() for number in numbers))
        cells = [f"{statistics.mean(column):.1f}" + (f" ± {statistics.stdev(column):.1f}" if len(numbers) > 1 else "")
                 for column in columns]
        print(f"{method:<16}{len(numbers):>6}{''.join(f'{cell:>14}' for cell in cells)}{METHODS[method] if is_printed else '–':>18}")
    connection.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--methods", default="all", help=f"some of {','.join(METHODS)}, or all")
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--seeds", type=int, default=3, help="how many, from 0")
    parser.add_argument("--model", choices=["resnet8", "resnet20", "resnet32", "resnet56"], default="resnet32")
    parser.add_argument("--ratio", type=float, default=100)
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--together", type=int, help="how many runs are trained side by side: on a GPU all of a seed, else one by one")
    parser.add_argument("--db", default="cifar.db")
    options = parser.parse_args()
    methods = list(METHODS) if options.methods == "all" else options.methods.split(",")
    if not set(methods) <= set(METHODS):
        parser.error(f"--methods {options.methods}: they are {', '.join(METHODS)}, or all")
    torch.backends.cudnn.deterministic = True
    names, (images, labels, rows), (test_images, test_labels, test_rows) = read_data(options.data)
    kept = long_tail(labels, names, options.ratio)
    images, labels, rows = images[kept], labels[kept], [rows[row] for row in kept]
    content = hashlib.sha256(images.tobytes() + test_images.tobytes()).hexdigest()[:16]
    settings = {"ratio": options.ratio, "batch_size": options.batch_size, "epochs": options.epochs, "images": content}
    data = [torch.as_tensor(values, device=options.device) for values in (images, test_images, labels)] + [1.0 if len(names) <= 10 else 1.5]

    def begin(method, seed):
        return hardrow.Run(
            options.db, dataset=f"cifar-{len(names)}-lt", labels=np.concatenate([labels, test_labels]), class_names=names,
            ids=rows + test_rows, test=np.arange(len(rows) + len(test_rows)) >= len(rows), model=options.model, method=method,
            sampler="multinomial" if method.startswith("difficulty") else "all", settings=settings, seed=seed)

    pairs = [(method, seed) for seed in range(options.seeds) for method in methods]
    numbers = {pair: find_run(options.db, *pair, options.model, settings) for pair in pairs}
    missing = [pair for pair in pairs if numbers[pair] is None]
    together = options.together or (len(methods) if data[0].is_cuda else 1)
    for first in range(0, len(missing), together):
        with contextlib.ExitStack() as stack:
            group = [(pair, stack.enter_context(begin(*pair))) for pair in missing[first:first + together]]
            train([Training(run, *pair, data, options) for pair, run in group], options)
        numbers.update((pair, run.run_id) for pair, run in group)
    runs = {method: [numbers[method, seed] for seed in range(options.seeds)] for method in methods}
    print_table(options.db, runs, len(names) == 10 and options.ratio == 100)


if __name__ == "__main__":
    main()
