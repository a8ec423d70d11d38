"""libhardrow by ctypes: the structs and calls of hardrow.h, in its order."""
import ctypes
import ctypes.util
import os
import pathlib
import shutil
import sqlite3
import warnings
from ctypes import (CFUNCTYPE, POINTER, Structure, byref, c_char, c_char_p, c_double, c_int, c_int64, c_size_t, c_ssize_t,
                    c_uint32, c_uint64, c_void_p, sizeof)


class Error(Exception):
    """What libhardrow says is wrong, in one line. `code`: 1 what the caller gave, 3 another program's file, 4 the system."""

    def __init__(self, message, code=1):
        super().__init__(message)
        self.code = code


class ErrorText(Structure):
    _fields_ = [("code", c_int), ("message", c_char * 1024)]


NOTICE = CFUNCTYPE(None, c_void_p, c_char_p)


class Options(Structure):
    """A struct that begins with its size."""

    def __init__(self, **values):
        super().__init__(size=sizeof(self), **values)


class TrackerOptions(Options):
    _fields_ = [("size", c_size_t), ("notice", NOTICE), ("context", c_void_p)]


class DatasetOptions(Options):
    _fields_ = [("size", c_size_t), ("name", c_char_p), ("instances", c_size_t), ("classes", c_size_t), ("labels", c_void_p),
                ("class_names", POINTER(c_char_p)), ("ids", c_void_p), ("keys", POINTER(c_char_p)), ("test", c_void_p),
                ("features", c_size_t), ("x", c_void_p), ("feature_names", POINTER(c_char_p)), ("target", c_void_p),
                ("target_bins", c_char_p)]


class RunOptions(Options):
    _fields_ = [("size", c_size_t), ("model", c_char_p), ("method", c_char_p), ("settings", c_char_p), ("argv", c_char_p),
                ("seed", c_uint64), ("sampler", c_char_p), ("epochs", c_size_t), ("prior", c_double), ("floor", c_double),
                ("per_epoch", c_int), ("el2n_epoch", c_size_t)]


class Predictions(Options):
    _fields_ = [("size", c_size_t), ("values", c_void_p), ("type", c_int), ("kind", c_int), ("rows", c_size_t),
                ("row_stride", c_ssize_t), ("column_stride", c_ssize_t), ("ids", c_void_p), ("keys", POINTER(c_char_p))]


class EpochOptions(Options):
    _fields_ = [("size", c_size_t), ("number", c_uint64), ("carry", c_int)]


HANDLE = c_void_p
RESULT = POINTER(ErrorText)
CALLS = {
    "hardrow_version": (c_char_p, []),
    "hardrow_sqlite": (c_char_p, []),
    "hardrow_open": (c_int, [c_char_p, POINTER(TrackerOptions), POINTER(HANDLE), RESULT]),
    "hardrow_close": (c_int, [HANDLE, RESULT]),
    "hardrow_sync": (c_int, [HANDLE, RESULT]),
    "hardrow_put_dataset": (c_int, [HANDLE, POINTER(DatasetOptions), POINTER(HANDLE), RESULT]),
    "hardrow_dataset_free": (None, [HANDLE]),
    "hardrow_begin": (c_int, [HANDLE, HANDLE, POINTER(RunOptions), POINTER(HANDLE), RESULT]),
    "hardrow_log": (c_int, [HANDLE, POINTER(Predictions), RESULT]),
    "hardrow_log_draws": (c_int, [HANDLE, c_void_p, POINTER(c_char_p), c_size_t, RESULT]),
    "hardrow_log_series": (c_int, [HANDLE, c_char_p, c_void_p, POINTER(c_char_p), c_void_p, c_size_t, RESULT]),
    "hardrow_log_matrix": (c_int, [HANDLE, c_size_t, c_char_p, c_size_t, c_size_t, c_void_p, RESULT]),
    "hardrow_end_epoch": (c_int, [HANDLE, POINTER(EpochOptions), RESULT]),
    "hardrow_weights": (POINTER(c_double), [HANDLE]),
    "hardrow_difficulty": (POINTER(c_double), [HANDLE]),
    "hardrow_most_draws": (c_size_t, [HANDLE]),
    "hardrow_draw": (c_int, [HANDLE, POINTER(c_uint32), c_size_t, POINTER(c_size_t), RESULT]),
    "hardrow_finish": (c_int, [HANDLE, c_int, c_char_p, POINTER(c_int64), RESULT]),
}


def _places():
    """Where the library may be: with this module, as in a wheel; in the prefix of the `hardrow` on the PATH; where the linker looks."""
    yield os.path.join(os.path.dirname(os.path.abspath(__file__)), "libhardrow.so.0")
    program = shutil.which("hardrow")
    if program:
        prefix = pathlib.Path(os.path.realpath(program)).parent.parent
        yield from map(str, [*prefix.glob("lib*/libhardrow.so.0"), *prefix.glob("lib/*/libhardrow.so.0")])
    yield "libhardrow.so.0"
    yield ctypes.util.find_library("hardrow")


def _find():
    """The library that HARDROW_LIBRARY names, or else the first that there is."""
    named = os.environ.get("HARDROW_LIBRARY")
    for name in [named] if named else filter(None, _places()):
        try:
            return ctypes.CDLL(name)
        except OSError as problem:
            if named or os.path.exists(name):
                raise ImportError(f"libhardrow: {problem}") from problem
    raise ImportError("libhardrow.so.0 is not installed: './bootstrap install' of hardrow does that, or HARDROW_LIBRARY names it")


def folder():
    """That of the library that was loaded, None if it is called otherwise."""
    with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
        return next((os.path.dirname(line.rstrip("\n").split(maxsplit=5)[5]) for line in maps if "/libhardrow.so" in line), None)


def _load():
    library = _find()
    for name, (result, arguments) in CALLS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    with sqlite3.connect(":memory:") as connection:
        (own,) = connection.execute("SELECT sqlite_source_id()").fetchone()
    if own != library.hardrow_sqlite().decode():
        warnings.warn("Python's sqlite3 and libhardrow use two copies of SQLite: with both on one file in one process, each"
                      " loses the locks of the other; read it in another process")
    return library


lib = _load()


def call(name, *arguments):
    """Calls it; an Error if it says that something is wrong."""
    result = ErrorText()
    if getattr(lib, name)(*arguments, byref(result)) != 0:
        raise Error(result.message.decode(errors="replace"), result.code)


def texts(values):
    """An array of C texts, or None."""
    if values is None:
        return None
    codes = [value if isinstance(value, bytes) else str(value).encode() for value in values]
    if any(b"\0" in code for code in codes):
        raise Error("names must not hold NUL")
    return (c_char_p * len(codes))(*codes)


def version() -> str:
    """The version of libhardrow, as "0.1.0"."""
    return lib.hardrow_version().decode()
