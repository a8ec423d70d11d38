#!/usr/bin/env python3
"""PyTorch on long-tailed Fashion-MNIST, recorded by hardrow: lines that end with # hardrow are what it takes.

    apt-get install dataset-fashion-mnist python3-torch
    python3 fashion_mnist_lt.py [--method base|difficulty] [--epochs 10] [--db fashion.db]
    hardrow report hardest --db fashion.db
"""
import argparse
import gzip
import pathlib

import numpy as np
import torch
from torch import nn
from torch.utils.data import ConcatDataset, DataLoader, RandomSampler, TensorDataset

import hardrow.torch  # hardrow

FOLDER = pathlib.Path("/usr/share/datasets/fashion-mnist")
CLASSES = "t-shirt trouser pullover dress coat sandal shirt sneaker bag boot".split()


def read(part):
    """Images (n, 1, 28, 28) in 0 to 1, and classes (n)."""
    images = gzip.decompress((FOLDER / f"{part}-images-idx3-ubyte.gz").read_bytes())[16:]
    labels = gzip.decompress((FOLDER / f"{part}-labels-idx1-ubyte.gz").read_bytes())[8:]
    x = torch.frombuffer(bytearray(images), dtype=torch.uint8).float().reshape(-1, 1, 28, 28) / 255
    return x, torch.frombuffer(bytearray(labels), dtype=torch.uint8).long()


def long_tail(y, ratio):
    """Rows of an exponential long tail, as Cui et al. 2019: class c keeps n ratio^(-c / (k - 1)) of its n."""
    kept = [torch.nonzero(y == c).flatten() for c in range(10)]
    return torch.cat([rows[:round(len(rows) * ratio ** (-c / 9))] for c, rows in enumerate(kept)]).sort().values


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--method", choices=["base", "difficulty"], default="difficulty")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--ratio", type=float, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--db", default="fashion.db")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    x, y = read("train")
    rows = long_tail(y, options.ratio)
    train, test = TensorDataset(x[rows], y[rows]), TensorDataset(*read("t10k"))
    net = nn.Sequential(nn.Conv2d(1, 16, 5, 2), nn.ReLU(), nn.Conv2d(16, 32, 3, 2), nn.ReLU(), nn.Flatten(), nn.Linear(800, 10))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
    labels = torch.cat([train.tensors[1], test.tensors[1]])
    with hardrow.Run(options.db, dataset="fashion-mnist-lt", labels=labels, class_names=CLASSES,  # hardrow
                     test=np.arange(len(labels)) >= len(train), model="cnn", method=options.method,  # hardrow
                     seed=options.seed, settings={"ratio": options.ratio, "learning_rate": 0.05}) as run:  # hardrow
        sampler = RandomSampler(train) if options.method == "base" else hardrow.torch.DifficultySampler(run)
        loader = DataLoader(train, batch_size=128, sampler=sampler)
        for epoch in range(options.epochs):
            for inputs, truth in loader:
                optimizer.zero_grad()
                nn.functional.cross_entropy(net(inputs), truth).backward()
                optimizer.step()
            hardrow.torch.log(run, net, DataLoader(ConcatDataset([train, test]), batch_size=512))  # hardrow
            run.end_epoch()  # hardrow
    print(f"run {run.run_id} in {options.db}")  # hardrow


if __name__ == "__main__":
    main()
