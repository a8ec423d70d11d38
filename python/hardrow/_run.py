"""A run that is logged."""
from __future__ import annotations

import atexit
import functools
import json
import os
import sys
import typing
import weakref
from ctypes import byref, c_char_p, c_int64, c_size_t, c_uint32, c_void_p, POINTER, cast

import numpy as np
from numpy.typing import ArrayLike

from . import _library as library

KINDS = {"probabilities": 0, "log-probabilities": 1, "logits": 2, "numbers": 3}
STATUSES = {"done": 0, "diverged": 1, "failed": 2, "interrupted": 3}

_open = weakref.WeakSet()


@atexit.register
def _end_all():
    for run in list(_open):
        run._end_quietly("interrupted", "the program ended")


def _array(values):
    """A numpy array of what may be a tensor of PyTorch or TensorFlow, a list, or an array."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
        if str(values.dtype) in ("torch.bfloat16", "torch.float16"):
            values = values.float()
    return np.asarray(values)


def _pointer(array):
    return None if array is None else array.ctypes.data


def _is_missing(label):
    """None, NaN, and what pandas has for them, whose NA cannot be compared."""
    return label is None or type(label).__name__ == "NAType" or label != label


def _classes(labels, class_names):
    """Indices of the labels, and the names of the classes: as given, or the different labels, sorted."""
    # In a list of texts numpy makes a text of NaN.
    listed = labels if isinstance(labels, (list, tuple)) else ()
    labels = _array(labels)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1:
        raise library.Error(f"labels: {labels.shape}; they are one class a row")
    kind = labels.dtype.kind
    missing = labels != labels if kind in "fMm" else \
        np.array([_is_missing(label) for label in {"O": labels, "U": listed}.get(kind, ())], bool)
    if missing.any():
        row = int(missing.argmax())
        raise library.Error(f"labels: row {row} has none ({labels[row]}); leave such rows out, or give them a class")
    if class_names is not None:
        names = [str(name) for name in class_names]
        if labels.dtype.kind not in "iub" or len(labels) and not 0 <= labels.min() <= labels.max() < len(names):
            raise library.Error(f"labels: with class_names they are whole numbers from 0 to {len(names) - 1}")
        return labels.astype(np.uint32), names
    if kind == "S":
        labels = np.char.decode(labels, "utf-8")
    # return_inverse takes four times the memory.
    try:
        names = np.unique(labels)
    except TypeError as problem:
        raise library.Error(f"labels: {problem}; they are all texts or all numbers") from None
    return np.searchsorted(names, labels).astype(np.uint32), [str(name) for name in names]


def _floats(what, values, hint="they are numbers"):
    """A contiguous array of float64."""
    try:
        return np.ascontiguousarray(_array(values), dtype=np.float64)
    except (TypeError, ValueError) as problem:
        raise library.Error(f"{what}: {problem}; {hint}") from None


def _numbers(target):
    """The target of each row."""
    numbers = _floats("target", target, "it is one number a row: give texts, which are classes, as labels")
    if numbers.ndim == 2 and numbers.shape[1] == 1:
        numbers = numbers[:, 0]
    if numbers.ndim != 1:
        raise library.Error(f"target: {numbers.shape}; it is one number a row")
    return numbers


def _keys(array):
    """The texts of an array as C wants them, and what must live as long. ASCII is encoded all at once."""
    if array.dtype.kind == "U":
        try:
            kept = array.astype(f"S{array.itemsize // 4 + 1}")
            codes = kept.view(np.uint8).reshape(len(kept), -1)
            if not ((codes[:, :-1] == 0) & (codes[:, 1:] != 0)).any():
                at = kept.ctypes.data + np.arange(len(kept), dtype=np.uintp) * kept.itemsize
                return cast(at.ctypes.data, POINTER(c_char_p)), (kept, at)
        except UnicodeEncodeError:
            pass
    return library.texts(array.tolist()), None


class _Names:
    """What rows are called, as C wants it: numbers, texts, or None for the first ones."""

    def __init__(self, values):
        self.ids = self.keys = None
        self.count = None
        if values is None:
            return
        array = _array(values).reshape(-1)
        self.count = len(array)
        if len(array) == 0 or array.dtype.kind in "iub":
            self._kept = np.ascontiguousarray(array, dtype=np.int64)
            self.ids = self._kept.ctypes.data
        elif array.dtype.kind == "f":
            raise library.Error("ids: numbers with a fraction; they are whole numbers, or texts")
        else:
            self.keys, self._kept = _keys(array)


def _identity(path):
    """What a file is, whatever it is called; None: there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


class Run:
    """One training, logged into a hardrow file.

    path         the file; it is made if it is not there, and may be written by others meanwhile
    dataset      name of the data set
    labels       (n) class of each row: numbers or texts; or
    target       (n) numbers, of a regression, and target_bins as in 'hardrow help train': "auto", "12", "width:0.5"
    test         (n) booleans: rows of the test part; None: all rows train
    ids          (n) ascending whole numbers, or different texts, that rows are told by; None: 0 … n-1
    class_names  names of the classes 0, 1, …, if labels are these numbers; None: the sorted different labels
    features     (n, d) numbers to keep beside the rows, and feature_names (d); or None
    model        what is trained, as "resnet32"
    method       how, for tables; None: what 'hardrow methods' calls the sampler, as "difficulty" multinomial, or "logged" without one
    settings     a dict of numbers, texts and booleans to keep with the run, as the learning rate
    sampler      what the weights go by: "multinomial" (by difficulty), or another of the column sampler of 'hardrow methods' that
                 needs predictions and classes only; epochs: how many there will be, for samplers that go by it
    prior, floor, per_epoch, el2n_epoch   as in 'hardrow help train'
    notice       called with a line that a person ought to know: that somebody keeps the file locked

    A `with` block ends the run: 'done', 'failed' after an exception, 'interrupted' after KeyboardInterrupt. A run that
    nobody ends is 'interrupted' when the program ends. A run belongs to the process that made it (workers of a PyTorch
    DataLoader are others), and to one thread at a time. A forked process cannot begin runs in a file that was open when it
    was forked.
    """

    def __init__(self, path: str | os.PathLike, *, dataset: str, labels: ArrayLike | None = None, target: ArrayLike | None = None,
                 target_bins: str | int | None = None, test: ArrayLike | None = None, ids: ArrayLike | None = None,
                 class_names: typing.Sequence[str] | None = None, features: ArrayLike | None = None,
                 feature_names: typing.Sequence[str] | None = None, model: str = "unknown", method: str | None = None,
                 settings: dict | None = None, seed: int = 0, sampler: str | None = None, epochs: int = 0, prior: float = 1.0,
                 floor: float = 1e-12, per_epoch: bool = False, el2n_epoch: int = 3,
                 notice: typing.Callable[[str], object] | None = None) -> None:
        self._tracker, self._dataset, self._run = c_void_p(), c_void_p(), c_void_p()
        self._pid, file = os.getpid(), _identity(path)
        # SQLite would take locks of the parent, which a child has not got, for its own.
        if file is not None and any(run._pid != self._pid and run._file == file for run in _open):
            raise library.Error(f"{os.fsdecode(path)}: was open when this process was forked; begin the process before the first run,"
                                " or by 'spawn'")
        self.run_id: int | None = None
        if not 0 <= seed < 2**64:
            raise library.Error(f"seed: {seed}; it is a whole number from 0 to {2**64 - 1}")
        self._notice = library.NOTICE(lambda _, line: notice(line.decode()) if notice else None)
        library.call("hardrow_open", os.fsencode(path), byref(library.TrackerOptions(notice=self._notice)), byref(self._tracker))
        self._file = _identity(path)
        try:
            self._put_dataset(dataset, labels, (target, target_bins), test, ids, class_names, features, feature_names)
            encoded = None if settings is None else json.dumps(settings).encode()
            options = library.RunOptions(
                model=model.encode(), method=method and method.encode(), settings=encoded, seed=seed,
                argv=json.dumps(sys.argv).encode(), sampler=sampler and sampler.encode(), epochs=epochs, prior=prior, floor=floor,
                per_epoch=per_epoch, el2n_epoch=el2n_epoch)
            library.call("hardrow_begin", self._tracker, self._dataset, byref(options), byref(self._run))
        except BaseException:
            self._close()
            raise
        _open.add(self)

    def _put_dataset(self, name, labels, target, test, ids, class_names, features, feature_names):
        target, bins = target
        if (labels is None) == (target is None):
            raise library.Error("labels or target: one of the two")
        #: Names of the classes, and the target of each row; one of them is None.
        self.classes = self.target = indices = None
        if target is None:
            indices, self.classes = _classes(labels, class_names)
        else:
            self.target = _numbers(target)
        count = len(indices if target is None else self.target)
        rows = _Names(ids)
        if rows.count not in (None, count):
            raise library.Error(f"{rows.count} ids for {count} rows")
        mask = None if test is None else _array(test)
        if mask is not None and not np.isin(mask, (0, 1)).all():
            raise library.Error("test: it is True or 1 for rows of the test part, False or 0 for others")
        mask = None if mask is None else np.ascontiguousarray(mask.astype(np.uint8))
        x = None if features is None else _floats("features", features)
        if mask is not None and mask.shape != (count,):
            raise library.Error(f"test: {mask.shape}; there are {count} rows")
        if x is not None and (x.ndim != 2 or len(x) != count):
            raise library.Error(f"features: {x.shape}; there are {count} rows")
        if feature_names is not None and (x is None or len(set(feature_names)) != x.shape[1]):
            raise library.Error("feature_names: a different one for each column of features")
        self._count, self._test, self._ids = count, mask, None if ids is None else _array(ids).reshape(-1)
        options = library.DatasetOptions(
            name=name.encode(), instances=count, classes=len(self.classes or ()), labels=_pointer(indices),
            class_names=library.texts(self.classes), ids=rows.ids, keys=rows.keys, test=_pointer(mask),
            features=0 if x is None else x.shape[1], x=_pointer(x), feature_names=library.texts(feature_names),
            target=_pointer(self.target), target_bins=bins and str(bins).encode())
        library.call("hardrow_put_dataset", self._tracker, byref(options), byref(self._dataset))

    def __len__(self) -> int:
        """The number of rows."""
        return self._count

    @functools.cached_property
    def ids(self) -> np.ndarray:
        """(n) what rows are told by: as given, or 0 … n-1."""
        return np.arange(self._count) if self._ids is None else self._ids

    @functools.cached_property
    def train_positions(self) -> np.ndarray:
        """Positions of the rows that train."""
        return np.arange(self._count) if self._test is None else np.flatnonzero(self._test == 0)

    @functools.cached_property
    def test_positions(self) -> np.ndarray:
        """Positions of the rows that test."""
        return np.arange(0) if self._test is None else np.flatnonzero(self._test)

    def _check(self):
        if not self._run:
            raise library.Error("the run has ended")

    def log(self, ids: ArrayLike | None, predictions: ArrayLike, kind: str | None = None) -> None:
        """Predictions (rows, classes) of this epoch, or (rows) of a target, of the rows `ids` (None: the first ones), in any order
        and in as many calls as wanted; later ones of a row replace earlier ones. kind: "probabilities", "log-probabilities" or
        "logits", of a target "numbers"; None: the first, or numbers."""
        self._check()
        kind = kind or ("probabilities" if self.target is None else "numbers")
        values = _array(predictions)
        if values.dtype not in (np.float32, np.float64):
            values = _floats("predictions", values)
        if self.target is not None and values.ndim == 1:
            values = values[:, None]
        width = 1 if self.classes is None else len(self.classes)
        if values.ndim != 2 or values.shape[1] != width:
            raise library.Error(f"predictions: {values.shape}; they are rows of "
                                + ("one number" if self.classes is None else f"{width} classes"))
        if kind not in KINDS:
            raise library.Error(f"kind: '{kind}'; it is one of {', '.join(KINDS)}")
        rows = _Names(ids)
        if rows.count not in (None, len(values)):
            raise library.Error(f"{rows.count} ids for {len(values)} rows")
        if len(values) == 0:
            return
        # One value that stands for all has a stride of 0, which means another thing to the library.
        if 0 in values.strides:
            values = np.ascontiguousarray(values)
        options = library.Predictions(values=_pointer(values), type=int(values.dtype == np.float64), kind=KINDS[kind], rows=len(values),
                                      row_stride=values.strides[0], column_stride=values.strides[1], ids=rows.ids, keys=rows.keys)
        library.call("hardrow_log", self._run, byref(options))

    def log_draws(self, ids: ArrayLike) -> None:
        """Whom the training drew in this epoch, one entry for each draw. Calls add up."""
        self._check()
        if ids is None:
            raise library.Error("ids: whom was drawn?")
        rows = _Names(ids)
        library.call("hardrow_log_draws", self._run, rows.ids, rows.keys, rows.count)

    def log_series(self, name: str, ids: ArrayLike | None, values: ArrayLike) -> None:
        """Numbers of your own, as losses of the rows `ids` (None: the first ones), into the view instance_series (float32)."""
        self._check()
        numbers = _floats("values", values).reshape(-1)
        rows = _Names(ids)
        if rows.count not in (None, len(numbers)):
            raise library.Error(f"{rows.count} ids for {len(numbers)} values")
        library.call("hardrow_log_series", self._run, name.encode(), rows.ids, rows.keys, _pointer(numbers), len(numbers))

    def log_matrix(self, layer: int, name: str, values: ArrayLike) -> None:
        """A matrix of the model after this epoch, into the view weights; a vector is a column."""
        self._check()
        if layer < 0:
            raise library.Error(f"layer: {layer}; they count from 0")
        numbers = _floats("values", values)
        numbers = numbers.reshape(numbers.shape[0], -1)
        library.call("hardrow_log_matrix", self._run, layer, name.encode(), *numbers.shape, _pointer(numbers))

    def end_epoch(self, number: int | None = None, carry: bool = False) -> None:
        """Closes the epoch: difficulty, metrics and the weights of the next. Rows without predictions are NULL in it; with
        `carry` they keep their last ones. number: above the last; None: one more."""
        self._check()
        library.call("hardrow_end_epoch", self._run, byref(library.EpochOptions(number=number or 0, carry=carry)))

    def _numbers(self, name):
        self._check()
        pointer = getattr(library.lib, name)(self._run)
        return np.ctypeslib.as_array(pointer, (len(self),)).copy()

    def weights(self) -> np.ndarray:
        """(n) what each row should weigh in the next epoch: mean 1 over the rows that train, NaN for those that test."""
        return self._numbers("hardrow_weights")

    def difficulty(self) -> np.ndarray:
        """(n) difficulty of each row: (c + sum of du) / (c + sum of dl)."""
        return self._numbers("hardrow_difficulty")

    def draw(self) -> np.ndarray:
        """Positions of the rows that the next epoch should train on, in their order, by the sampler."""
        self._check()
        room = library.lib.hardrow_most_draws(self._run)
        positions, count = np.empty(room, dtype=np.uint32), c_size_t()
        library.call("hardrow_draw", self._run, cast(positions.ctypes.data, POINTER(c_uint32)), room, byref(count))
        return positions[:count.value].astype(np.int64)

    def sync(self) -> None:
        """Waits until all epochs that were ended are in the file."""
        self._check()
        library.call("hardrow_sync", self._tracker)

    def finish(self, status: str = "done", reason: str | None = None) -> int | None:
        """Ends the run, as "done", "diverged", "failed" or "interrupted", and returns its number in the file."""
        self._check()
        if status not in STATUSES:
            raise library.Error(f"status: '{status}'; it is one of {', '.join(STATUSES)}")
        told = None if reason is None else str(reason).encode(errors="replace")
        run, self._run = self._run, c_void_p()
        number = c_int64()
        _open.discard(self)
        try:
            library.call("hardrow_finish", run, STATUSES[status], told, byref(number))
        finally:
            self.run_id = number.value or None
            self._close()
        return self.run_id

    def _close(self):
        tracker, dataset, self._tracker, self._dataset = self._tracker, self._dataset, c_void_p(), c_void_p()
        try:
            library.call("hardrow_close", tracker)
        finally:
            library.lib.hardrow_dataset_free(dataset)

    def _end_quietly(self, status, reason):
        """Where nobody can be told."""
        if self._run and self._pid == os.getpid():
            try:
                self.finish(status, reason)
            except Exception:  # pylint: disable=broad-except
                pass

    def __enter__(self) -> Run:
        return self

    def __exit__(self, kind, problem, _) -> None:
        if not self._run:
            return
        if kind is None:
            self.finish()
        elif issubclass(kind, (KeyboardInterrupt, GeneratorExit)):
            self._end_quietly("interrupted", kind.__name__)
        else:
            self._end_quietly("failed", f"{kind.__name__}: {problem}")

    def __del__(self):
        if getattr(self, "_run", None):
            self._end_quietly("interrupted", "the run was let go of")
