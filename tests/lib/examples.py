#!/usr/bin/env python3
"""examples.py LIBRARY HARDROW SOURCE: the examples compile against header and library alone, in C, in strict C89 and C++, run,
and their files are as good as any."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
# The question that docs/library.md asks of the file of an example, and the answer.
DOCUMENTED = re.compile(r"\./a\.out training\.db\n(.*?)```\n```text\n(.*?)```", re.S)
PACKAGE = re.compile(r"pkg-config --cflags --libs (\S+?)\)")


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, **options)


def check_example(compiler, source, library, hardrow, folder):
    """What is wrong, or None."""
    program, database = folder / "example", folder / "training.db"
    built = run(*compiler, *WARNINGS, f"-I{source.parents[1] / 'include'}", source, library, f"-Wl,-rpath,{library.parent}",
                "-lm", "-o", program)
    if built.returncode != 0:
        return built.stderr
    ran = run(program, database)
    if ran.returncode != 0 or ran.stdout or ran.stderr:
        return f"exit code {ran.returncode}: {ran.stdout}{ran.stderr}"
    verified = run(hardrow, "verify", "--db", database)
    if verified.returncode != 0 or "1 run, 20 epochs" not in verified.stdout:
        return verified.stdout + verified.stderr
    question, answer = DOCUMENTED.search((source.parents[1] / "docs" / "library.md").read_text()).groups()
    hardest = run("sh", "-c", question, cwd=folder, env={**os.environ, "PATH": f"{hardrow.parent}:{os.environ['PATH']}"})
    if hardest.stdout != answer:
        return f"docs/library.md says otherwise: {hardest.stdout}{hardest.stderr}"
    refused = run(program, folder / "none" / "training.db")
    return None if refused.returncode == 1 and "none" in refused.stderr else f"no refusal: {refused.stderr}"


def main():
    library, hardrow, source = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    cases = [(["cc", "-std=c17"], "log_predictions.c"), (["c++", "-std=c++17"], "log_predictions.cpp")]
    passed, failed = 0, 0
    for compiler, name in cases:
        if shutil.which(compiler[0]) is None:
            print(f"skipped: {name}: there is no {compiler[0]}")
            continue
        with tempfile.TemporaryDirectory() as folder:
            problem = check_example(compiler, source / "examples" / name, library, hardrow, pathlib.Path(folder))
        if problem:
            print(f"FAIL {name}: {problem}")
        passed, failed = passed + (problem is None), failed + (problem is not None)
    header = run("cc", "-std=c89", *WARNINGS, "-Wno-long-long", "-fsyntax-only", "-x", "c", source / "include" / "hardrow.h")
    if header.returncode != 0:
        print(f"FAIL hardrow.h as C89: {header.stderr}")
    passed, failed = passed + (header.returncode == 0), failed + (header.returncode != 0)
    for text in [source / "docs" / "library.md", *(source / "examples" / name for _, name in cases)]:
        package, = PACKAGE.findall(text.read_text())
        is_there = (library.parents[2] / "meson-private" / f"{package}.pc").is_file()
        if not is_there:
            print(f"FAIL {text.name}: pkg-config does not know '{package}'")
        passed, failed = passed + is_there, failed + (not is_there)
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
