#!/usr/bin/env python3
"""What `meson install` installs, used from an empty folder with an empty environment: install.py SOURCE BUILD.

The prefix is moved after it was installed, so nothing may know where it was. The last line is `N passed, N failed`.
"""

import os
import pathlib
import re
import shutil
import sqlite3
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


checks, skipped = [], set()


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
    completions = ["share/bash-completion/completions/hardrow", "share/zsh/site-functions/_hardrow", "share/fish/vendor_completions.d/hardrow.fish"]
    check("completions", all((prefix / path).is_file() for path in completions))
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
    call("the report of hardrow-report(5)", "report", "--file", SOURCE / "packaging" / "man" / "example.sql", says="Mean loss")
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


def option_names(text):
    return set(re.findall(r"^  (?:-\w, )?--([\w-]+)", text, re.M))


def check_pages(prefix):
    """All that the program knows is in a page, and what formats pages has nothing to say about them."""
    folder = prefix / "share" / "man"
    texts = {}
    for page in sorted(folder.rglob("hardrow*.[15]")):
        for tool in (["groff", "-ww", "-man", "-Tutf8"], ["mandoc", "-Tlint", "-Wwarning"], ["man", "-l"]):
            if shutil.which(tool[0]) is None:
                skipped.add(f"{tool[0]}: not installed")
                continue
            environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "MANWIDTH": "80"}
            done = subprocess.run([*tool, page], capture_output=True, text=True, env=environment)
            check(f"{tool[0]} {page.name}", (done.returncode, done.stderr) == (0, ""), done.stdout[-500:] + done.stderr)
            wide = [line for line in done.stdout.splitlines() if len(line) > 80] if tool[0] == "man" else []
            check(f"width of {page.name}", not wide, wide)
        texts[page.name] = page.read_text().replace("\\-", "-")

    def call(*arguments):
        return subprocess.run([prefix / "bin" / "hardrow", *arguments], capture_output=True, text=True, check=True).stdout

    commands = re.findall(r"^  (\w+)", call("help"), re.M)
    check("a page of each command", {f"hardrow-{command}.1" for command in commands} ==
          {name for name in texts if name.startswith("hardrow-") and name.endswith(".1")}, commands)
    for command in commands:
        missing = [name for name in option_names(call("help", command, "--all")) if f"--{name}" not in texts[f"hardrow-{command}.1"]]
        check(f"options of {command}", not missing, missing)
    check("commands", all(f"hardrow-{command}" in texts["hardrow.1"] for command in commands))
    check("settings", "--learning-rate" in texts["hardrow-sweep.5"] and "--data-dir" not in texts["hardrow-sweep.5"])
    check("report headers", "-- pivot: row=COLUMN" in texts["hardrow-report.5"])
    with sqlite3.connect(f"file:{prefix.parent}/empty/hardrow.db?mode=ro", uri=True) as database:
        names = [name for name, in database.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'")]
    missing = [name for name in names if f".SS {name}\n" not in texts["hardrow-file.5"]]
    check("tables and views", not missing, missing)


def main():
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(os.path.realpath(scratch))
        prefix = install(scratch)
        empty = scratch / "empty"
        empty.mkdir()
        check_lists(prefix)
        check_use(prefix, empty)
        check_extension(prefix, empty)
        check_pages(prefix)
    for name in sorted(skipped):
        print(f"SKIP: {name}")
    print(f"{len(checks) - len(failures)} passed, {len(failures)} failed" + (f", {len(skipped)} skipped" if skipped else ""))
    sys.exit(1 if failures else 0)


main()
