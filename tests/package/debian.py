#!/usr/bin/env python3
"""The Debian package, built and installed in a bare chroot (chroot.sh), and what lintian says of it: debian.py SOURCE.

The tree that is packed is that of the working folder: what git knows or would add. Skipped by name without the tools or a
mirror of Debian. The last line is `N passed, N failed[, N skipped]`."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(sys.argv[1])
HERE = pathlib.Path(__file__).resolve().parent
NO_MIRROR = re.compile(r"Could not resolve|Temporary failure resolving|Unable to connect|Could not connect|Cannot initiate the connection")


def skip(reason):
    print(f"SKIP: {reason}\n0 passed, 0 failed, 1 skipped")
    sys.exit(0)


def copy_tree(folder):
    files = subprocess.run(["git", "-C", SOURCE, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], capture_output=True, check=True)
    for name in filter(None, files.stdout.decode().split("\0")):
        if (SOURCE / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(SOURCE / name, folder / name)


def main():
    missing = [tool for tool in ("dpkg-buildpackage", "mmdebstrap", "lintian") if shutil.which(tool) is None]
    if missing:
        skip(f"{missing[0]}: not installed")
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"], stderr=subprocess.DEVNULL).returncode != 0:
        skip("only root can make a chroot")
    if not (SOURCE / ".git").exists():
        skip("not a clone of the repository")
    release = dict(line.split("=", 1) for line in pathlib.Path("/etc/os-release").read_text().splitlines() if "=" in line)
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        copy_tree(work / "hardrow")
        done = subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", "--format=null", f"--customize-hook={HERE}/chroot.sh",
                               release["VERSION_CODENAME"], "/dev/null"], env=os.environ | {"WORK": str(work)},
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        if done.returncode != 0 and NO_MIRROR.search(done.stdout) and not (work / "out").exists():
            skip("no mirror of Debian")
        results = [("built, installed, used and removed in a bare chroot", done.returncode == 0, done.stdout[-6000:])]
        if done.returncode == 0:
            changes, = (work / "out").glob("*.changes")
            said = subprocess.run(["lintian", "--allow-root", "--display-info", "--fail-on", "error,warning,info", changes], capture_output=True, text=True)
            results.append(("lintian", (said.returncode, said.stdout) == (0, ""), said.stdout + said.stderr))
    for name, is_right, text in results:
        if not is_right:
            print(f"FAIL: {name}: {text}")
    failed = sum(not is_right for _, is_right, _ in results)
    print(f"{len(results) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
