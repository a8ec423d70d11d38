#!/usr/bin/env python3
"""examples.py BUILD HARDROW SOURCE: the examples compile against what is installed, as they say in C and C++, run, and their files
are as good as any; the header is strict C89."""
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
# How an example, or that page, says that it is compiled.
COMMAND = re.compile(r"((?:cc|c\+\+) .*\$\(pkg-config .*) && \./a\.out")


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, **options)


def install(build, folder):
    """The environment to compile and run in, and the installed header."""
    subprocess.run(["meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", folder], check=True, stdout=subprocess.DEVNULL)
    package, = folder.rglob("hardrow.pc")
    header, = folder.rglob("hardrow.h")
    return {**os.environ, "PKG_CONFIG_SYSROOT_DIR": str(folder), "PKG_CONFIG_PATH": str(package.parent),
            "LD_LIBRARY_PATH": str(package.parents[1])}, header


def check_example(command, source, environment, hardrow, folder):
    """What is wrong, or None."""
    program, database = folder / "a.out", folder / "training.db"
    shutil.copy(source, folder)
    built = run("sh", "-c", f"{command} {' '.join(WARNINGS)}", cwd=folder, env=environment)
    if built.returncode != 0:
        return built.stderr
    ran = run(program, database, env=environment)
    if ran.returncode != 0 or ran.stdout or ran.stderr:
        return f"exit code {ran.returncode}: {ran.stdout}{ran.stderr}"
    verified = run(hardrow, "verify", "--db", database)
    if verified.returncode != 0 or "1 run, 20 epochs" not in verified.stdout:
        return verified.stdout + verified.stderr
    question, answer = DOCUMENTED.search((source.parents[1] / "docs" / "library.md").read_text()).groups()
    hardest = run("sh", "-c", question, cwd=folder, env={**os.environ, "PATH": f"{hardrow.parent}:{os.environ['PATH']}"})
    if hardest.stdout != answer:
        return f"docs/library.md says otherwise: {hardest.stdout}{hardest.stderr}"
    refused = run(program, folder / "none" / "training.db", env=environment)
    return None if refused.returncode == 1 and "none" in refused.stderr else f"no refusal: {refused.stderr}"


def main():
    build, hardrow, source = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    passed, failed = 0, 0

    def count(name, problem):
        nonlocal passed, failed
        if problem:
            print(f"FAIL {name}: {problem}")
        passed, failed = passed + (not problem), failed + bool(problem)

    with tempfile.TemporaryDirectory() as staged:
        environment, header = install(build, pathlib.Path(staged))
        for name in ("log_predictions.c", "log_predictions.cpp"):
            command, = COMMAND.findall((source / "examples" / name).read_text())
            if shutil.which(command.split()[0]) is None:
                print(f"skipped: {name}: there is no {command.split()[0]}")
                continue
            with tempfile.TemporaryDirectory() as folder:
                count(name, check_example(command, source / "examples" / name, environment, hardrow, pathlib.Path(folder)))
            if name.endswith(".c"):
                count("docs/library.md", None if command in (source / "docs" / "library.md").read_text() else f"does not say: {command}")
        count("hardrow.h as C89", run("cc", "-std=c89", *WARNINGS, "-Wno-long-long", "-fsyntax-only", "-x", "c", header).stderr)
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
