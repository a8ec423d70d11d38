#!/usr/bin/env python3
"""What ./bootstrap calls: bootstrap.py SOURCE. Stand-ins for meson and others write down how they are called.

The last line is `N passed, N failed`."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

BOOTSTRAP = pathlib.Path(sys.argv[1], "bootstrap")
STAND_IN = '#!/bin/sh\necho "${0##*/} $*" >>"$CALLS"\n'
BUILT = ["ninja -C build", "meson install -C build --no-rebuild --quiet"]

# Arguments, whether build/ is there, exit code, calls.
CASES = [
    (["install"], False, 0, ["meson setup build -Dprefix=/usr/local", *BUILT]),
    (["install"], True, 0, ["meson configure build -Dprefix=/usr/local", *BUILT]),
    (["install", "--prefix", "/opt/x"], False, 0, ["meson setup build -Dprefix=/opt/x", *BUILT]),
    (["install", "--prefix", "a b"], False, 0, ["meson setup build -Dprefix={folder}/a b", *BUILT]),
    (["install", "--prefix"], False, 2, []),
    (["install", "--prefix", "a", "b"], False, 2, []),
    (["install", "a"], False, 2, []),
    (["build", "--prefix", "a"], False, 2, []),
    (["build"], False, 0, ["meson setup build", "ninja -C build hardrow"]),
    ([], False, 2, []),
]


def run(arguments, is_built, folder):
    """(exit code, calls) of bootstrap in the folder."""
    shutil.copy(BOOTSTRAP, folder)
    stand_ins = folder / "bin"
    stand_ins.mkdir()
    for name in ("meson", "ninja", "sudo"):
        (stand_ins / name).write_text(STAND_IN)
    (stand_ins / "sudo").write_text('#!/bin/sh\nshift\nexec "$@"\n')
    (stand_ins / "dpkg-query").write_text("#!/bin/sh\necho installed\n")
    for path in stand_ins.iterdir():
        path.chmod(0o755)
    if is_built:
        (folder / "build").mkdir()
        (folder / "build" / "build.ninja").touch()
    calls = folder / "calls"
    calls.touch()
    done = subprocess.run([folder / "bootstrap", *arguments], cwd=folder, capture_output=True,
                          env={"PATH": f"{stand_ins}:/usr/bin:/bin", "CALLS": str(calls)})
    return done.returncode, calls.read_text().splitlines()


def main():
    failed = 0
    for arguments, is_built, code, calls in CASES:
        with tempfile.TemporaryDirectory() as folder:
            folder = os.path.realpath(folder)
            expected = code, [call.format(folder=folder) for call in calls]
            seen = run(arguments, is_built, pathlib.Path(folder))
        if seen != expected:
            failed += 1
            print(f"FAIL: bootstrap {arguments}: {seen}, not {expected}")
    print(f"{len(CASES) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
