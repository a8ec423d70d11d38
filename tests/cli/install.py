#!/usr/bin/env python3
"""What `meson install` installs, used from an empty folder with an empty environment: install.py SOURCE BUILD.

The prefix is moved after it was installed, so nothing may know where it was. The last line is `N passed, N failed`.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

SOURCE, BUILD = (pathlib.Path(argument) for argument in sys.argv[1:3])
failures = []


def check(name, is_right, said=""):
    checks.append(name)
    if not is_right:
        failures.append(name)
        print(f"FAIL: {name}: {said}")


checks = []


def install(folder):
    """The moved prefix of a staged installation."""
    subprocess.run(["meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", folder / "staged"], check=True,
                   stdout=subprocess.DEVNULL)
    program, = (folder / "staged").rglob("bin/hardrow")
    return program.parents[1].rename(folder / "moved")


def names(folder, pattern="*"):
    return sorted(path.name for path in folder.glob(pattern))


def check_lists(prefix):
    share = prefix / "share" / "hardrow"
    tracked = subprocess.run(["git", "-C", SOURCE, "ls-files", "datasets/*.csv", "datasets/*.ini"], capture_output=True,
                             text=True).stdout.split() or [f"datasets/{name}" for name in names(share / "datasets")]
    check("data sets", names(share / "datasets") == sorted(pathlib.Path(path).name for path in tracked))
    check("experiments", names(share / "experiments") == names(SOURCE / "experiments", "*.ini"))
    check("reports", names(share / "reports") == names(SOURCE / "reports", "*.sql"))


def check_use(prefix, folder):
    """Nothing of the source tree, of a home or of the environment is at hand."""

    def call(name, *arguments, says=""):
        done = subprocess.run([prefix / "bin" / "hardrow", *arguments], cwd=folder, env={}, capture_output=True, text=True)
        check(name, done.returncode == 0 and says in done.stdout, done.stdout[-300:] + done.stderr)
        return done.stdout

    call("its data sets", "datasets", "--format", "csv", says=str(prefix / "share/hardrow/datasets/iris.csv"))
    call("trains one by name", "train", "--data", "iris", "--epochs", "2", says="run 1 in hardrow.db")
    call("sweeps by name", "sweep", "label-noise", "--splits", "1", "--set", "epochs=2", "--set", "record=every:1",
         says="label-noise: ")
    call("sweeps by file name", "sweep", "label-noise.ini", "--splits", "1", "--set", "epochs=2", "--set", "record=every:1",
         says="already done, 0 trained")
    call("reports", "report", "runs", says="iris")
    for report in ("accuracy-table", "runs"):
        own = call(f"report {report}", "report", report)
        path = str(prefix / "share" / "hardrow" / "reports" / f"{report}.sql")
        check(f"installed {report}.sql", call(f"report --file {report}", "report", "--file", path) == own)


def check_extension(prefix, folder):
    # Not built with sanitizers: it could not be loaded into a program without them.
    for extension in prefix.rglob("libhardrow_sqlite.so"):
        lines = f".load {extension}\nSELECT count(*) > 0 FROM dynamics;"
        done = subprocess.run(["sqlite3", folder / "hardrow.db"], input=lines, capture_output=True, text=True)
        check("SQLite extension", done.stdout == "1\n", done.stdout + done.stderr)


def main():
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(os.path.realpath(scratch))
        prefix = install(scratch)
        empty = scratch / "empty"
        empty.mkdir()
        check_lists(prefix)
        check_use(prefix, empty)
        check_extension(prefix, empty)
    print(f"{len(checks) - len(failures)} passed, {len(failures)} failed")
    sys.exit(1 if failures else 0)


main()
