#!/usr/bin/env python3
"""installed.py SOURCE BUILD: the module finds its library where './bootstrap install' and './bootstrap wheel' put it.

The last line is `N passed, N failed`."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from python_test import python_with_numpy

USE = """
import hardrow
from hardrow import _library
with hardrow.Run("t.db", dataset="d", labels=["a", "b", "a"]) as run:
    run.log(None, [[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
    run.end_epoch()
with hardrow.connect("t.db") as connection:
    print(_library.folder())
    print(connection.execute("SELECT count(*), (SELECT count(*) FROM pragma_module_list WHERE name = 'hardrow_rows') FROM dynamics").fetchone())
"""


def run_from(folder, scratch, python, **environment):
    """Whether a run can be logged in an empty folder, with the library in `folder` and the extension beside it."""
    empty = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    done = subprocess.run([python, "-c", USE], cwd=empty, env={"PATH": "/usr/bin:/bin"} | environment, capture_output=True, text=True)
    said = done.stdout.splitlines()
    is_right = len(said) == 2 and said[0].startswith(f"{folder}/") and said[1] == "(3, 1)"
    if not is_right:
        print(f"FAIL: library of {folder}: {done.stdout}{done.stderr}")
    return is_right


def from_prefix(source, build, scratch, python):
    """In a prefix the library is found from the program on the PATH, also after both have moved."""
    subprocess.run(["meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", scratch / "staged"], check=True,
                   stdout=subprocess.DEVNULL)
    program, = (scratch / "staged").rglob("bin/hardrow")
    prefix = program.parents[1].rename(scratch / "moved")
    return run_from(prefix, scratch, python, PATH=f"{prefix / 'bin'}:/usr/bin:/bin", PYTHONPATH=str(source / "python"),
                    PYTHONDONTWRITEBYTECODE="1")


def example_runs(source, scratch, python):
    """The first example of docs/python.md; its hard rows are learned."""
    example = re.search(r"^```python\n(.*?)^```$", (source / "docs" / "python.md").read_text(), re.M | re.S)[1]
    done = subprocess.run([python, "-c", example], cwd=scratch, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True)
    is_right = re.fullmatch(r"1 0\.[6-9]\d*\n", done.stdout) is not None
    if not is_right:
        print(f"FAIL: docs/python.md: {done.stdout}{done.stderr}")
    return is_right


def from_wheel(source, build, scratch, python):
    wheel = subprocess.run(["sh", source / "packaging" / "wheel.sh", build, python], check=True, capture_output=True, text=True).stdout.strip()
    subprocess.run([python, "-m", "venv", "--system-site-packages", "--without-pip", scratch / "venv"], check=True)
    own = scratch / "venv" / "bin" / "python"
    subprocess.run([own, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--ignore-installed", wheel], check=True)
    return run_from(scratch / "venv", scratch, own) and example_runs(source, scratch, own)


def main():
    source, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    python = python_with_numpy()
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(os.path.realpath(folder))
        results = [check(source, build, scratch, python) for check in (from_prefix, from_wheel)]
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
