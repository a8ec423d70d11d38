#!/usr/bin/env python3
"""Lint: debian/changelog, NEWS.md and the Python module have the version of meson.build."""

import pathlib
import re

import source

PLACES = {"meson.build": r"^  version: '([^']+)'", "debian/changelog": r"^\w+ \(([^)]+)\)", "NEWS.md": r"^## (\S+)",
          "python/pyproject.toml": r'^version = "([^"]+)"'}


def check(root):
    versions = {file: re.search(place, pathlib.Path(root, file).read_text(encoding="utf-8"), re.M)[1] for file, place in PLACES.items()}
    return [f"{file}: version {version}, not {versions['meson.build']}" for file, version in versions.items()
            if version != versions["meson.build"]]


if __name__ == "__main__":
    source.main(check)
