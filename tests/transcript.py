#!/usr/bin/env python3
"""Runs transcripts: tests/transcript.py --hardrow PROGRAM --make-database PROGRAM [--update] FILE.golden...

A transcript is what a person would see. The first lines may be `setup: FILE.sql` (run by the sqlite3 shell on a
database that the program's own migrations made) and free text; then calls and what they answer:

    $ hardrow runs | head -1
    > more lines of the call
    its standard output, as it is
    stderr: its standard error, line by line
    exit: its exit code, if it is not 0

Each transcript runs in an empty folder; HARDROW_DB is `t.db` there, HARDROW_SOURCE the project's folder. --update writes
what was answered into the file.
The last line printed is `N passed, N failed`.
"""

import argparse
import difflib
import os
import pathlib
import subprocess
import sys
import tempfile

SOURCE = str(pathlib.Path(__file__).resolve().parents[1])


def parse(text):
    """(lines before the first call, [(call lines, answer lines)])."""
    head, calls = [], []
    for line in text.splitlines():
        if line.startswith("$ "):
            calls.append(([line], []))
        elif calls and line.startswith("> ") and not calls[-1][1]:
            calls[-1][0].append(line)
        else:
            (calls[-1][1] if calls else head).append(line)
    return head, calls


def lines_of(output, folder):
    """The output's lines, folders of this machine by their names in the environment."""
    text = output.decode(errors="backslashreplace")
    return text.replace(os.path.realpath(folder), "$PWD").replace(SOURCE, "$HARDROW_SOURCE").split("\n")


def answer(call, folder, environment):
    script = "\n".join(line[2:] for line in call)
    done = subprocess.run(["sh", "-c", script], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=120)
    lines = lines_of(done.stdout, folder)
    if lines[-1] == "":
        lines.pop()
    else:
        lines[-1] += "(no line end)"
    lines += ["stderr: " + line for line in lines_of(done.stderr, folder) if line != ""]
    return lines + ([f"exit: {done.returncode}"] if done.returncode != 0 else [])


def prepare(path, head, folder, arguments):
    setups = [line.split(":", 1)[1].strip() for line in head if line.startswith("setup:")]
    if not setups:
        return
    subprocess.run([arguments.make_database, "t.db"], cwd=folder, check=True)
    for setup in setups:
        with open(path.parent / setup, "rb") as sql:
            subprocess.run(["sqlite3", "-bail", "t.db"], cwd=folder, stdin=sql, check=True)


def run(path, arguments):
    """(passed, failed) of one transcript."""
    head, calls = parse(path.read_text())
    # Colours, an empty home and the caller's settings must not leak in.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HARDROW_")}
    for name in ("XDG_DATA_HOME", "COLUMNS"):
        environment.pop(name, None)
    environment |= {"HARDROW_DB": "t.db", "HARDROW_SOURCE": SOURCE, "HOME": "/home/me", "LC_ALL": "C.UTF-8",
                    "PATH": f"{arguments.hardrow.parent}:{os.environ['PATH']}"}
    failed, seen = 0, list(head)
    with tempfile.TemporaryDirectory() as folder:
        prepare(path, head, folder, arguments)
        for call, expected in calls:
            got = answer(call, folder, environment)
            seen += call + got
            if got == expected or arguments.update:
                continue
            failed += 1
            print(f"---- {path.name}: {call[0]}")
            print("\n".join(difflib.unified_diff(expected, got, "expected", "got", lineterm="", n=1)))
    if arguments.update:
        path.write_text("\n".join(seen) + "\n")
    return len(calls) - failed, failed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--hardrow", type=lambda text: pathlib.Path(text).resolve(), required=True)
    parser.add_argument("--make-database", type=lambda text: pathlib.Path(text).resolve(), required=True)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("files", type=pathlib.Path, nargs="+")
    arguments = parser.parse_args()
    passed, failed = 0, 0
    for path in arguments.files:
        one_passed, one_failed = run(path, arguments)
        passed, failed = passed + one_passed, failed + one_failed
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
