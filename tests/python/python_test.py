#!/usr/bin/env python3
"""python_test.py SOURCE LIBRARY HARDROW [CASES]: runs CASES or cases.py with a Python that has numpy, in an empty folder."""
import os
import pathlib
import subprocess
import sys
import tempfile


def has_numpy(python):
    try:
        return subprocess.run([python, "-c", "import numpy"], capture_output=True).returncode == 0
    except OSError:
        return False


def python_with_numpy():
    python = next((python for python in (sys.executable, "/usr/bin/python3") if has_numpy(python)), None)
    if python is None:
        print("skipped: Python: no numpy")
        print("0 passed, 0 failed")
        sys.exit(0)
    return python


def main():
    source, library, hardrow = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
    cases = sys.argv[4] if len(sys.argv) > 4 else "cases.py"
    environment = dict(os.environ, PYTHONPATH=str(source / "python"), HARDROW_LIBRARY=str(library), PYTHONDONTWRITEBYTECODE="1")
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run([python_with_numpy(), source / "tests" / "python" / cases, hardrow], cwd=folder, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
