#!/usr/bin/env python3
"""What ./bootstrap calls: bootstrap.py SOURCE. Stand-ins for meson and others write down how they are called.

The Dockerfile and the workflow call it, too: their commands run with the same stand-ins, and what packages they ask for, Debian has.

The last line is `N passed, N failed`."""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(sys.argv[1])
STAND_IN = '#!/bin/sh\necho "${0##*/} $*" >>"$CALLS"\n'
BUILT = ["ninja -C build", "meson install -C build --no-rebuild --quiet"]

# Arguments, whether build/ is there, exit code, calls.
CASES = [
    (["install"], False, 0, ["meson setup build -Dprefix=/usr/local", *BUILT, "ldconfig "]),
    (["install"], True, 0, ["meson configure build -Dprefix=/usr/local", *BUILT, "ldconfig "]),
    (["install", "--prefix", "/opt/x"], False, 0, ["meson setup build -Dprefix=/opt/x", *BUILT]),
    (["install", "--prefix", "a b"], False, 0, ["meson setup build -Dprefix={folder}/a b", *BUILT]),
    (["install", "--prefix"], False, 2, []),
    (["install", "--prefix", "a", "b"], False, 2, []),
    (["install", "a"], False, 2, []),
    (["build", "--prefix", "a"], False, 2, []),
    (["wheel"], False, 0, ["meson setup build", "ninja -C build src/lib/libhardrow.so.0.0.0 src/db/libhardrow_sqlite.so", "wheel.sh build /usr/bin/python3"]),
    (["build"], False, 0, ["meson setup build", "ninja -C build hardrow"]),
    ([], False, 2, []),
]


def run(command, is_built, folder, has_packages=True):
    """(exit code, calls) of a command of the shell in the folder, which is what ./bootstrap takes for the source tree."""
    shutil.copy(SOURCE / "bootstrap", folder)
    stand_ins = folder / "bin"
    stand_ins.mkdir()
    (folder / "packaging").mkdir()
    for name in ("bin/meson", "bin/ninja", "bin/git", "bin/apt-get", "bin/python3", "bin/ldconfig", "packaging/wheel.sh"):
        (folder / name).write_text(STAND_IN)
        (folder / name).chmod(0o755)
    (stand_ins / "sudo").write_text('#!/bin/sh\nshift\nexec "$@"\n')
    (stand_ins / "dpkg-query").write_text("#!/bin/sh\n" + "echo installed\n" * has_packages)
    for path in stand_ins.iterdir():
        path.chmod(0o755)
    if is_built:
        (folder / "build").mkdir()
        (folder / "build" / "build.ninja").touch()
    calls = folder / "calls"
    calls.touch()
    done = subprocess.run(["sh", "-ec", command], cwd=folder, capture_output=True,
                          env={"PATH": f"{stand_ins}:/usr/bin:/bin", "CALLS": str(calls)})
    return done.returncode, calls.read_text().splitlines()


def in_folder(command, *options):
    with tempfile.TemporaryDirectory() as folder:
        folder = os.path.realpath(folder)
        code, calls = run(command.replace("/usr/src/hardrow", folder), *options[:1], pathlib.Path(folder), *options[1:])
    return code, [call.replace(folder, "{folder}") for call in calls]


def workflow():
    """The commands of the workflow that GitHub runs; without PyYAML, lines that look like some."""
    text = (SOURCE / ".github" / "workflows" / "test.yml").read_text()
    try:
        import yaml
    except ImportError:
        return re.findall(r"^ +- run: (.*)", text, re.M)
    job, = yaml.safe_load(text)["jobs"].values()
    return [step["run"] for step in job["steps"] if "run" in step]


def check_others(known):
    """What is wrong with the Dockerfile and the workflow."""
    docker = (SOURCE / "packaging" / "Dockerfile").read_text()
    for name, commands, last in (("Dockerfile", re.findall(r"^RUN (.*)", docker, re.M), "ldconfig "),
                                 ("workflow", workflow(), "python3 tests/run.py build build-sanitize")):
        code, calls = in_folder("\n".join(commands), False, False)
        asked = {word for call in calls if call.startswith("apt-get") and " install " in call
                 for word in call.split(" install ")[1].split() if word[0] != "-"}
        if code != 0 or calls[-1:] != [last] or "libsqlite3-dev" not in asked:
            yield f"{name}: {code}, {calls}"
        if "libc6" in known and not asked <= known:
            yield f"{name}: Debian has no {asked - known}"


def main():
    failures = []
    for arguments, is_built, code, calls in CASES:
        seen = in_folder(shlex.join(["./bootstrap", *arguments]), is_built)
        if seen != (code, calls):
            failures.append(f"bootstrap {arguments}: {seen}, not {(code, calls)}")
    known = set(subprocess.run(["apt-cache", "pkgnames"], capture_output=True, text=True).stdout.split())
    failures += check_others(known)
    for failure in failures:
        print(f"FAIL: {failure}")
    if "libc6" not in known:
        print("skipped: packages: apt has no lists")
    print(f"{len(CASES) + 2 - len(failures)} passed, {len(failures)} failed")
    sys.exit(1 if failures else 0)


main()
