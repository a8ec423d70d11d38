"""Reading a file: a connection with fast views, and whole runs as numpy arrays."""
from __future__ import annotations

import contextlib
import dataclasses
import os
import sqlite3

import numpy as np

from . import _library as library

#: Columns of a block: what they are called in dynamics, and the type of their numbers.
_SERIES = {"predicted": np.uint16, "p": np.float32, "du": np.float32, "dl": np.float32, "difficulty": np.float32,
           "weight": np.float32, "draws": np.uint16, "residual": np.float32}
_UNKNOWN = 65535


def connect(path: str | os.PathLike) -> sqlite3.Connection:
    """An sqlite3 connection for reading. Where libhardrow_sqlite.so is found and Python's sqlite3 can load extensions, the views of
    predictions are as fast as in 'hardrow sql'; else they are the same, and slower."""
    if not os.path.exists(path):
        raise library.Error(f"{path}: there is no such file")
    connection = sqlite3.connect(f"file:{_quoted(path)}?mode=ro", uri=True)
    if hasattr(connection, "enable_load_extension"):
        connection.enable_load_extension(True)
        for name in (os.environ.get("HARDROW_EXTENSION"), *_places()):
            try:
                if name:
                    connection.load_extension(name)
                    break
            except sqlite3.OperationalError:
                continue
        connection.enable_load_extension(False)
    return connection


def _quoted(path):
    return os.path.abspath(os.fsdecode(path)).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _places():
    """Where the extension may be: as installed, in a wheel, as built."""
    folder = library.folder()
    return [os.path.join(folder, place, "libhardrow_sqlite.so") for place in ("hardrow", "", "../db") if folder]


@dataclasses.dataclass
class Dynamics:
    """What a run recorded. E epochs, n rows in the order of the data set, k classes; NaN where something is not known.

    A regression has target, predicted and residual in place of p and p_true; of a classification they are None.
    """

    run_id: int
    epochs: np.ndarray  # (E) their numbers
    ids: np.ndarray  # (n) instance_id
    classes: list  # (k) names; of a regression the bins
    labels: np.ndarray  # (n) index of the class, or of the bin
    part: np.ndarray  # (n) 'train', 'test' or 'meta'
    p: np.ndarray  # (E, n, k) float32
    p_true: np.ndarray  # (E, n)
    predicted: np.ndarray  # (E, n) index of the class, -1 not known; of a regression the prediction
    du: np.ndarray  # (E, n); of a regression du, dl and difficulty are ours, not the paper's
    dl: np.ndarray  # (E, n)
    difficulty: np.ndarray  # (E, n)
    weight: np.ndarray  # (E, n)
    draws: np.ndarray  # (E, n) int64, -1 not known
    target: np.ndarray | None = None  # (n)
    residual: np.ndarray | None = None  # (E, n)

    def to_pandas(self):
        """A DataFrame with a row for each epoch and instance, as the view dynamics has them."""
        import pandas

        shape = self.du.shape
        columns = {"epoch": np.repeat(self.epochs, shape[1]), "instance_id": np.tile(self.ids, shape[0]),
                   "part": pandas.Categorical(np.tile(self.part, shape[0]))}
        names = ["p_true", "du", "dl", "difficulty", "weight", "draws"] if self.target is None else \
            ["residual", "du", "dl", "difficulty", "weight", "draws"]
        if self.target is None:
            columns["class"] = pandas.Categorical.from_codes(np.tile(self.labels, shape[0]), self.classes)
            columns["predicted"] = pandas.Categorical.from_codes(self.predicted.reshape(-1), self.classes)
        else:
            columns["target"] = np.tile(self.target, shape[0])
            columns["predicted"] = self.predicted.reshape(-1)
        for name in names:
            columns[name] = getattr(self, name).reshape(-1)
        return pandas.DataFrame(columns)


def _join(blobs, dtype, instances, columns):
    """Blocks of 64 rows (the last one shorter), each class by class, as (instances, columns)."""
    full = instances // 64
    joined = np.frombuffer(b"".join(blobs[:full]), dtype=dtype).reshape(full, columns, 64)
    parts = [joined.transpose(0, 2, 1).reshape(full * 64, columns)]
    if instances % 64:
        parts.append(np.frombuffer(blobs[full], dtype=dtype).reshape(columns, instances % 64).T)
    return np.concatenate(parts)


def read(path: str | os.PathLike, run: int) -> Dynamics:
    """Everything that run number `run` recorded of its rows, as a Dynamics: straight from the file's blocks."""
    with contextlib.closing(connect(path)) as connection:
        row = connection.execute(
            "SELECT dataset_id, split_id, block_instances, instances, classes, task FROM run JOIN dataset USING (dataset_id)"
            " WHERE run_id = ?", (run,)).fetchone()
        if row is None:
            raise library.Error(f"{path}: there is no run {run}")
        dataset, split, block_instances, instances, count, task = row
        if block_instances != 64:
            raise library.Error(f"{path}: run {run}: blocks of {block_instances} rows; this version reads those of 64")
        classes = [name for (name,) in connection.execute("SELECT name FROM class WHERE dataset_id = ? ORDER BY class_index", (dataset,))]
        rows = connection.execute("SELECT instance_id, class_index, target FROM instance WHERE dataset_id = ? ORDER BY position",
                                  (dataset,)).fetchall()
        (mask,) = connection.execute("SELECT test FROM split WHERE split_id = ?", (split,)).fetchone()
        epochs = connection.execute("SELECT epoch, first_block FROM epoch WHERE run_id = ? AND first_block IS NOT NULL ORDER BY epoch",
                                    (run,)).fetchall()
        stored = _read_blocks(connection, epochs, instances, count, task)
    labels = np.array([row[1] for row in rows], dtype=np.int64)
    result = Dynamics(
        run_id=run, epochs=np.array([epoch for epoch, _ in epochs], dtype=np.int64), ids=np.array([row[0] for row in rows], dtype=np.int64),
        classes=classes, labels=labels, part=np.array(["train", "test", "meta"])[np.frombuffer(mask, dtype=np.uint8)], p=None, p_true=None,
        predicted=None,
        **{name: stored[name] for name in ("du", "dl", "difficulty", "weight", "draws")})
    if task == "regression":
        result.target = np.array([row[2] for row in rows], dtype=np.float64)
        result.residual = stored["residual"]
        result.predicted = result.target + result.residual
    else:
        result.p = stored["p"]
        result.p_true = np.take_along_axis(result.p, labels[None, :, None], axis=2)[:, :, 0]
        result.predicted = np.where(stored["predicted"] == _UNKNOWN, -1, stored["predicted"].astype(np.int64))
    return result


def _read_blocks(connection, epochs, instances, classes, task):
    """Each series (epochs, instances), p (epochs, instances, classes)."""
    wanted = [name for name in _SERIES if (name == "residual") == (task == "regression") or name not in ("residual", "predicted", "p")]
    columns = {name: classes if name == "p" else 1 for name in wanted}
    blocks = (instances + 63) // 64
    stored = {name: np.empty((len(epochs), instances, columns[name]), dtype=np.int64 if name == "draws" else _SERIES[name])
              for name in wanted}
    for e, (epoch, first) in enumerate(epochs):
        found = connection.execute(f"SELECT {', '.join(wanted)} FROM block WHERE block_id >= ? AND block_id < ? ORDER BY block_id",
                                   (first, first + blocks)).fetchall()
        if len(found) != blocks:
            raise library.Error(f"epoch {epoch}: {len(found)} of {blocks} blocks are there; 'hardrow verify' says more")
        for name, blobs in zip(wanted, zip(*found)):
            # Of an epoch with draws above 65534 all have four bytes.
            kind = np.uint32 if name == "draws" and len(blobs[0]) == 4 * min(instances, 64) else _SERIES[name]
            values = _join(blobs, kind, instances, columns[name])
            stored[name][e] = np.where(values == np.iinfo(kind).max, -1, values.astype(np.int64)) if name == "draws" else values
    return {name: values if name == "p" else values[:, :, 0] for name, values in stored.items()}
