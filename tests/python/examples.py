"""The examples in Python, and the parts of cifar_lt.py against independent computations. Run as cases.py is."""
import argparse
import contextlib
import importlib.util
import io
import os
import pathlib
import pickle
import shutil
import subprocess
import sys
import tarfile

import numpy as np

from cases import expect, query, run_cases, verify

import hardrow

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"


def load_cifar_lt():
    import torch

    torch.set_num_threads(1)
    spec = importlib.util.spec_from_file_location("cifar_lt", EXAMPLES / "cifar_lt.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def refused(words, call, *arguments):
    try:
        call(*arguments)
    except SystemExit as refusal:
        assert words in str(refusal), f"'{refusal}' without '{words}'"
        return
    raise AssertionError(f"no refusal: {words}")


def run_cifar_lt(*arguments):
    """What it prints."""
    example, printed, old = load_cifar_lt(), io.StringIO(), sys.argv
    sys.argv = ["cifar_lt.py", *arguments]
    try:
        with contextlib.redirect_stdout(printed):
            example.main()
    finally:
        sys.argv = old
    return printed.getvalue()


def close(given, expected, tolerance=1e-6):
    assert np.allclose(given, expected, rtol=tolerance, atol=tolerance), f"{given}, not {expected}"


def made_images(classes):
    """A data set of the form of CIFAR: two files to train on, one to test with; (labels, images) of each."""
    rng = np.random.default_rng(0)
    return [(np.tile(np.arange(classes), each), rng.integers(0, 256, (each * classes, 3, 32, 32), dtype=np.uint8)) for each in (3, 2, 1)]


def write_binary(folder, classes):
    folder.mkdir()
    fine = classes > 10
    names = ["train.bin", "train.bin", "test.bin"] if fine else ["data_batch_1.bin", "data_batch_2.bin", "test_batch.bin"]
    for name, (labels, images) in zip(names, made_images(classes)):
        columns = [labels[:, None]] if not fine else [np.full((len(labels), 1), 99), labels[:, None]]
        with open(folder / name, "ab") as file:
            file.write(np.hstack([*columns, images.reshape(len(labels), -1)]).astype(np.uint8).tobytes())
    (folder / ("fine_label_names.txt" if fine else "batches.meta.txt")).write_text("".join(f"c{c:02d}\n" for c in range(classes)) + "\n")


def write_python(folder, classes):
    folder.mkdir()
    label = b"fine_label" if classes > 10 else b"label"
    batches = made_images(classes)
    if classes > 10:
        batches = [tuple(np.concatenate(parts) for parts in zip(*batches[:2])), batches[2]]
    names = ["train", "test"] if classes > 10 else ["data_batch_1", "data_batch_2", "test_batch"]
    for name, (labels, images) in zip(names, batches):
        (folder / name).write_bytes(pickle.dumps({label + b"s": labels.tolist(), b"data": images.reshape(len(labels), -1)}))
    (folder / ("meta" if classes > 10 else "batches.meta")).write_bytes(
        pickle.dumps({label + b"_names": [f"c{c:02d}".encode() for c in range(classes)]}))


def write_pictures(folder, classes):
    from PIL import Image

    for part, batches in (("train", made_images(classes)[:2]), ("test", made_images(classes)[2:])):
        for number, (labels, images) in enumerate(batches):
            for row, (label, image) in enumerate(zip(labels, images)):
                os.makedirs(folder / part / f"c{label:02d}", exist_ok=True)
                Image.fromarray(image.transpose(1, 2, 0)).save(folder / part / f"c{label:02d}" / f"{number}{row:04d}.png")


def case_fashion_mnist_lt():
    import torch  # noqa: F401

    if not os.path.exists("/usr/share/datasets/fashion-mnist"):
        raise ImportError("no dataset-fashion-mnist")
    done = subprocess.run([sys.executable, EXAMPLES / "fashion_mnist_lt.py", "--epochs", "1", "--db", "fashion.db"], capture_output=True,
                          text=True)
    expect((done.returncode, done.stdout), (0, "run 1 in fashion.db\n"))
    assert query("fashion.db", "SELECT test_accuracy FROM runs")[0] > 0.4
    expect(query("fashion.db", "SELECT count(*), sum(draws) FROM dynamics WHERE part = 'train'"), (14891, 14891))


def case_cifar_lt_reads_every_form():
    from PIL import Image

    example = load_cifar_lt()
    for classes in (10, 12):
        (labels, images), tested = [tuple(np.concatenate(parts) for parts in zip(*batches))
                                    for batches in (made_images(classes)[:2], made_images(classes)[2:])]
        for write in (write_binary, write_python, write_pictures):
            folder = pathlib.Path(f"{write.__name__}-{classes}")
            write(folder, classes)
            with tarfile.open(f"{folder}.tar.gz", "w:gz") as archive:
                archive.add(folder, arcname=f"./{folder}" if classes == 12 else folder)
            for path in (folder, pathlib.Path(f"{folder}.tar.gz")):
                names, train, test = example.read_data(path)
                expect(names, [f"c{c:02d}" for c in range(classes)])
                for (x, y, rows), (truth_y, truth_x) in ((train, (labels, images)), (test, tested)):
                    # Pictures come class by class.
                    order = np.argsort(truth_y, kind="stable") if write is write_pictures else np.arange(len(truth_y))
                    assert (x == truth_x[order]).all() and (y == truth_y[order]).all(), path
                    expect((len(set(rows)), rows[0].split("/")[0]), (len(y), rows[-1].split("/")[0]))
    refused("neither files of CIFAR nor train/CLASS", example.read_data, EXAMPLES)
    shutil.rmtree("write_pictures-10/test")
    refused("nor test/CLASS", example.read_data, pathlib.Path("write_pictures-10"))
    large = io.BytesIO()
    Image.new("RGB", (33, 32)).save(large, "png")
    refused("test/a/b.png: 33 x 32 pixels", example.read_image, "test/a/b.png", large.getvalue())


def case_cifar_lt_thins_as_cui_et_al():
    example = load_cifar_lt()
    expect(example.long_tail_counts(5000, 10, 100), [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50])
    expect(sum(example.long_tail_counts(500, 100, 100)), 10847)
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(10), 40))
    kept = example.long_tail(labels, "abcdefghij", 10)
    expect(np.bincount(labels[kept]).tolist(), [40, 30, 23, 18, 14, 11, 8, 6, 5, 4])
    expect(example.long_tail(labels[kept], "abcdefghij", 10).tolist(), list(range(len(kept))))
    refused("class 'b' has 30 images", example.long_tail, labels[kept], "abcdefghij", 5)


def case_cifar_lt_losses():
    """The golden values of hardrow's own losses (tests/unit)."""
    import torch

    example = load_cifar_lt()
    logits = torch.tensor([[2, .5, -1], [.2, -.3, .1], [-1, 0, 1.5], [1, 1, -2]])
    labels = torch.tensor([0, 1, 2, 1])
    for method, loss in (("base", 0.661560692671), ("focal", 0.389822090221), ("class-balanced", 0.39891727226), ("tde", 0.661560692671)):
        close(float(example.make_loss(method, [100, 10, 1], "cpu")(logits, labels)), loss)
    close(example.class_balanced_weights([100, 10, 1]), [.02715872162, .270368874, 2.702472404])


def tde_logits(x, weight, direction, effect, heads):
    """As Tang et al. 2020 have it, number by number."""
    logits = np.zeros((len(x), len(weight)))
    for row, features in enumerate(x):
        for c, own in enumerate(weight):
            for part in np.split(np.arange(len(features)), heads):
                unit, e = features[part] / np.linalg.norm(features[part]), direction[part] / np.linalg.norm(direction[part])
                unit = unit - effect * np.dot(unit, e) * e
                logits[row, c] += 16 / heads * np.dot(own[part], unit) / (np.linalg.norm(own[part]) + 1 / 32)
    return logits


def case_cifar_lt_tde_classifier():
    import torch

    classifier = load_cifar_lt().TDEClassifier(4, 3, 1.5)
    classifier.weight.data = torch.tensor([[.1, .2, .3, .4], [-.2, .1, .0, .5], [.3, -.1, .2, .1]])
    x = torch.tensor([[1.0, 2.0, -1.0, 0.5]])
    close(classifier(x).detach(), [[5.672154845, 3.367255307, -3.181811824]])
    classifier.mean = torch.tensor([0.5, 0.1, 0.2, -0.3])
    close(classifier.eval()(x).detach(), [[-1.559959431, .3104511661, -7.869290562]])

    torch.manual_seed(0)
    classifier = load_cifar_lt().TDEClassifier(12, 5, 1.0, heads=3)
    weight = classifier.weight.detach().double().numpy()
    batches = [torch.randn(7, 12) + 1, torch.randn(4, 12) + 1]
    for batch in batches:
        close(classifier(batch).detach(), tde_logits(batch.double().numpy(), weight, np.ones(12), 0, 3), 1e-5)
    mean = 0.9 * batches[0].mean(0) + batches[1].mean(0)
    close(classifier.mean, mean)
    x = torch.randn(6, 12)
    close(classifier.eval()(x).detach(), tde_logits(x.double().numpy(), weight, mean.double().numpy(), 1, 3), 1e-5)
    close(classifier.mean, mean)


def case_cifar_lt_network_and_schedule():
    import torch

    example = load_cifar_lt()
    torch.manual_seed(0)
    net = example.Network(32, 10, None)
    expect(sum(p.numel() for p in net.parameters()), 464154)
    expect(sum(isinstance(m, (torch.nn.Conv2d, torch.nn.Linear)) for m in net.modules()), 32)
    expect([tuple(net.features[:i](torch.zeros(2, 3, 32, 32)).shape) for i in (8, 13, 18, 20)],
           [(2, 16, 32, 32), (2, 32, 16, 16), (2, 64, 8, 8), (2, 64)])
    torch.manual_seed(0)
    for mine, other in zip(net.features.parameters(), example.Network(32, 10, 1.0).features.parameters()):
        assert torch.equal(mine, other)
    block, x = example.Block(16, 32), torch.randn(2, 16, 32, 32)
    torch.nn.init.zeros_(block.second.weight)
    out = block(x)
    assert torch.equal(out[:, 8:24], torch.relu(x[:, :, ::2, ::2])) and not out[:, :8].any() and not out[:, 24:].any()
    close([example.learning_rate(epoch, 200) for epoch in (0, 3, 4, 159, 160, 179, 180, 199)],
          [.02, .08, .1, .1, 1e-3, 1e-3, 1e-5, 1e-5], 1e-12)
    close([example.learning_rate(epoch, 10) for epoch in (0, 7, 8, 9)], [.1, .1, 1e-3, 1e-5], 1e-12)


def case_cifar_lt_augmentation():
    import torch

    example = load_cifar_lt()
    torch.manual_seed(0)
    moves = torch.tensor([(down, right, mirrored) for down in range(9) for right in range(9) for mirrored in (0, 1)])
    images = torch.randint(1, 256, (len(moves), 3, 32, 32), dtype=torch.uint8)
    padded = torch.nn.functional.pad(images, (4, 4, 4, 4))
    for image, moved, (down, right, mirrored) in zip(padded, example.augment(images, moves), moves.tolist()):
        assert torch.equal(moved.flip(2) if mirrored else moved, image[:, down:down + 32, right:right + 32])


def case_cifar_lt_trains_records_and_goes_on():
    import torch  # noqa: F401

    write_binary(pathlib.Path("tiny"), 10)
    command = ["--data", "tiny", "--ratio", "4", "--epochs", "2", "--model", "resnet8", "--batch-size", "16", "--db", "cifar.db"]
    first = run_cifar_lt(*command, "--seeds", "1")
    methods = ["base", "focal", "class-balanced", "difficulty", "tde", "difficulty-tde"]
    expect([line.split(":")[0] for line in first.splitlines()[:12]],
           [f"{method}, seed 0, epoch {epoch}" for method in methods for epoch in (1, 2)])
    expect(first.splitlines()[12].split(), ["method", "seeds", "accuracy", "majority", "minority", "paper:", "accuracy"])
    verify("cifar.db")
    # What is there is not trained again; what has other settings is.
    expect(run_cifar_lt(*command, "--seeds", "1").splitlines(), first.splitlines()[12:])
    again = run_cifar_lt(*command, "--seeds", "2", "--methods", "difficulty-tde")
    expect([line.split(":")[0] for line in again.splitlines()[:2]], [f"difficulty-tde, seed 1, epoch {epoch}" for epoch in (1, 2)])
    run_cifar_lt(*command, "--seeds", "1", "--methods", "difficulty-tde", "--batch-size", "17")
    run_cifar_lt(*command[:-1], "same.db", "--seeds", "1", "--methods", "tde,difficulty-tde", "--together", "2")
    expect(query("cifar.db", "SELECT count(*), count(DISTINCT dataset_id), sum(epochs) FROM runs WHERE status = 'done'"), (8, 1, 16))
    expect(query("cifar.db", "SELECT instance_key FROM instances WHERE instance_id = 0"), ("train/00000",))
    runs = [hardrow.read("cifar.db", run) for run in range(1, 9)]
    # Trained side by side a run is the same.
    for number in 5, 6:
        run = query("same.db", f"SELECT run_id FROM runs WHERE method = '{methods[number - 1]}'")[0]
        assert np.array_equal(runs[number - 1].p, hardrow.read("same.db", run).p)
    assert not any(np.array_equal(runs[5].p, run.p) for run in runs if run is not runs[5])
    # Everybody once by turns, or drawn by difficulty.
    train = runs[0].part == "train"
    expect([bool((run.draws[:, train] == 1).all()) for run in runs], [True, True, True, False, True, False, False, False])
    # The table, from the arrays; kept of 5 a class with ratio 4: 5 4 3 3 2 2 1 1 1 1, 2.3 on average.
    for row, run in zip(first.splitlines()[13:], runs):
        right = (run.predicted[-1] == run.labels)[~train]
        share = np.array([right[run.labels[~train] == c].mean() for c in range(10)])
        expect(row.split(), [methods[run.run_id - 1], "1", *(f"{100 * value:.1f}" for value in (
            share.mean(), share[:4].mean(), share[4:].mean())), "–"])


def case_cifar_lt_training_of_an_epoch():
    """Batches follow the draws; rows of the training part are recorded as the training has them, with the effect."""
    import torch

    example = load_cifar_lt()
    images = torch.randint(0, 256, (8, 3, 32, 32), dtype=torch.uint8)
    labels = torch.tensor([0, 1, 2, 0, 1])
    with hardrow.Run("effect.db", dataset="made", labels=[0, 1, 2, 0, 1, 2, 0, 1], test=[0] * 5 + [1] * 3, sampler="multinomial") as run:
        training = example.Training(run, "tde", 0, (images[:5], images[5:], labels, 1.0), argparse.Namespace(model="resnet8"))
        seen, net = [], training.network
        net.features, net.classifier = torch.nn.Flatten(), example.TDEClassifier(3072, 3, 1.0)
        net.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
        training.begin_epoch(0.1)
        training.step(3)
        training.step(2)
        assert torch.equal(torch.cat(seen), example.augment(images[training.order], training.moves))
        training.end_epoch()
    expect(np.bincount(training.order, minlength=5).tolist(), hardrow.read("effect.db", 1).draws[0, :5].tolist())
    mean, deviation = (np.array(values).reshape(3, 1, 1) for values in ((0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010)))
    x = ((images.double().numpy() / 255 - mean) / deviation).reshape(8, -1)
    weight, moving = net.classifier.weight.detach(), net.classifier.mean.double().numpy()
    logits = np.concatenate([tde_logits(x[:5], weight, moving, 0, 2), tde_logits(x[5:], weight, moving, 1, 2)])
    close(hardrow.read("effect.db", 1).p[0], np.exp(logits) / np.exp(logits).sum(1, keepdims=True), 1e-4)


if __name__ == "__main__":
    sys.exit(run_cases(globals()))
