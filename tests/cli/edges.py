#!/usr/bin/env python3
"""Where output goes (links, FIFOs, standard output, files with permissions of their own) and limits: edges.py HARDROW"""

import os
import pathlib
import resource
import stat
import subprocess
import sys
import tempfile
import threading

HARDROW = os.path.abspath(sys.argv[1])
TALLY = [0, 0]
# A sanitizer reserves terabytes of addresses.
SANITIZED = b"__asan_init" in pathlib.Path(HARDROW).read_bytes()


def check(name, right):
    TALLY[0 if right else 1] += 1
    if not right:
        print(f"wrong: {name}")


def draw(folder, path, **more):
    """The picture of run 1 into `path`; gnuplot is a script that draws the word SVG."""
    environment = {**os.environ, "PATH": f"{folder}/bin:{os.environ['PATH']}"}
    return subprocess.run([HARDROW, "report", "difficulty-curve", "--run", "1", "--db", "t.db", "--svg", path], cwd=folder,
                          env=environment, capture_output=True, text=True, timeout=60, check=False, **more)


def pictures(folder):
    plain, link, dangling, fifo = (folder / name for name in ("plain.svg", "link.svg", "dangling.svg", "fifo"))
    plain.write_text("old")
    plain.chmod(0o640)
    link.symlink_to("plain.svg")
    draw(folder, "link.svg")
    check("a link's target is written", link.is_symlink() and plain.read_text() == "SVG\n")
    check("permissions are kept", stat.S_IMODE(plain.stat().st_mode) == 0o640)
    dangling.symlink_to("later.svg")
    draw(folder, "dangling.svg")
    check("a link to no file yet", dangling.is_symlink() and (folder / "later.svg").read_text() == "SVG\n")
    os.mkfifo(fifo)
    read = []
    reader = threading.Thread(target=lambda: read.append(fifo.read_text()), daemon=True)
    reader.start()
    draw(folder, "fifo")
    reader.join(10)
    check("a FIFO is written to and stays one", read == ["SVG\n"] and stat.S_ISFIFO(fifo.lstat().st_mode))
    for name in ("-", "/dev/stdout"):
        check(f"{name} is standard output", draw(folder, name).stdout == "SVG\n")
    draw(folder, "new.svg", umask=0o027)
    check("a new file obeys the umask", stat.S_IMODE((folder / "new.svg").stat().st_mode) == 0o640)
    full = draw(folder, "/dev/full")
    check("a full device is an error",
          full.returncode == 1 and full.stderr == "hardrow: /dev/full: No space left on device\n")


def limits(folder):
    """Address space too small for OpenBLAS, or no OpenBLAS: who does not train does not care."""

    def limited(*arguments, **more):
        return subprocess.run([HARDROW, *arguments, "--db", "t.db"], cwd=folder, capture_output=True, text=True, timeout=10,
                              check=False, **more)

    def set_limit():
        resource.setrlimit(resource.RLIMIT_AS, (120_000 << 10, 120_000 << 10))

    (folder / "libopenblas.so.0").write_text("no library")
    for name, more, words in (
            ("ulimit -v", {"preexec_fn": set_limit}, "not enough memory for OpenBLAS"),
            ("no OpenBLAS", {"env": {**os.environ, "LD_LIBRARY_PATH": str(folder)}}, "OpenBLAS does not load")):
        check(f"{name}: runs", limited("runs", **more).returncode == 0)
        train = limited("train", "--data", "iris", **more)
        check(f"{name}: train", train.returncode == 1 and words in train.stderr and train.stderr.count("\n") == 1)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "bin").mkdir()
        (folder / "bin" / "gnuplot").write_text("#!/bin/sh\necho SVG\n")
        (folder / "bin" / "gnuplot").chmod(0o755)
        (folder / "p.csv").write_text("epoch,instance_id,class,p_a,p_b\n1,0,a,.5,.5\n1,1,b,.5,.5\n")
        subprocess.run([HARDROW, "import", "p.csv", "--db", "t.db"], cwd=folder, capture_output=True, check=True)
        pictures(folder)
        if not SANITIZED:
            limits(folder)
    print(f"{TALLY[0]} passed, {TALLY[1]} failed")
    sys.exit(1 if TALLY[1] else 0)


main()
