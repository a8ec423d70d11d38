#!/usr/bin/env python3
"""Lint: all C is formatted as .clang-format says. Skipped without clang-format 14 (others format differently)."""

import pathlib
import shutil
import subprocess
import sys

import source

SKIPPED = 77


def find_clang_format():
    for name in ("clang-format-14", "clang-format"):
        path = shutil.which(name)
        if path:
            version = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
            if " 14." in version:
                return path
    return None


def check(root):
    files = source.c_files(root, "include", "src", "tests", "bench", "examples")
    style = pathlib.Path(__file__).parents[2] / ".clang-format"
    command = [find_clang_format(), "--dry-run", "-Werror", f"--style=file:{style}", *map(str, files)]
    report = subprocess.run(command, capture_output=True, text=True, check=False)
    return [line for line in report.stderr.splitlines() if "error:" in line]


if __name__ == "__main__":
    if find_clang_format() is None:
        print("no clang-format 14")
        sys.exit(SKIPPED)
    source.main(check)
