#!/usr/bin/env python3
"""What a machine denies, and what becomes of an open file: limits.py HARDROW

  limits   few open files, little memory, small files
  rights   a folder or a file that cannot be written
  streams  /dev/full as standard output of every command
  files    the database is removed, replaced or cut short while somebody writes it

Each time: an exit code above 0, one line on stderr that says what is wrong, what was committed is intact, and the same
command succeeds once the reason is gone.
"""

import contextlib
import os
import pathlib
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

import recorded

HARDROW = os.path.abspath(sys.argv[1])
DATA = pathlib.Path(__file__).resolve().parents[2] / "datasets"
TALLY = [0, 0]
SKIPPED = []
NOBODY = 65534
# A sanitizer reserves terabytes of addresses.
SANITIZED = b"__asan_init" in pathlib.Path(HARDROW).read_bytes()
SWEEP = "[sweep]\nname = s\ndatasets = iris, wine\nmethods = base, difficulty\nsplits = 2\n[settings]\nepochs = 30\n"
WRITERS = {
    "train": ["train", "--quiet", "--data", "iris", "--epochs", 30],
    "sweep": ["sweep", "s.ini", "--quiet", "--jobs", 2],
    "import": ["import", "p.csv"],
}


def check(name, right, told=""):
    TALLY[0 if right else 1] += 1
    if not right:
        print(f"wrong: {name} {told}")


def command(db, words):
    return [HARDROW, *map(str, words), *([] if db is None else ["--db", db])]


def options(folder, **more):
    return {"cwd": folder, "text": True, "stderr": subprocess.PIPE, "env": {**os.environ, "HARDROW_DATA": str(DATA)}, **more}


def run(folder, db, words, **more):
    return subprocess.run(command(db, words), timeout=60, check=False,
                          **options(folder, **{"stdout": subprocess.PIPE, **more}))


def prepare(folder):
    """A folder with a database of one run and what the commands read."""
    folder.mkdir()
    folder.chmod(0o755)
    (folder / "s.ini").write_text(SWEEP)
    (folder / "p.csv").write_text("epoch,instance_id,class,p_a,p_b\n1,0,a,.5,.5\n1,1,b,.5,.5\n")
    result = run(folder, "t.db", WRITERS["train"])
    check("preparation", result.returncode == 0, result.stderr)
    return folder


def fails(name, result, words):
    """One line with `words`, exit code 1."""
    check(name, result.returncode == 1 and result.stderr.count("\n") == 1 and result.stderr.startswith("hardrow: ") and
          any(word in result.stderr for word in words), (result.returncode, result.stderr))


def intact(name, folder, runs):
    """The database is sound and holds at least so many runs that are done."""
    problem = recorded.problem_of(folder / "t.db")
    with contextlib.closing(sqlite3.connect(folder / "t.db")) as connection:
        done = connection.execute("SELECT count(*) FROM run WHERE status = 'done'").fetchone()[0]
    check(f"{name}: intact", problem is None and done >= runs, (problem, done))


def done(folder):
    with contextlib.closing(sqlite3.connect(folder / "t.db")) as connection:
        return connection.execute("SELECT count(*) FROM run WHERE status = 'done'").fetchone()[0]


def succeeds(name, folder, words, before):
    result = run(folder, "t.db", words)
    check(f"{name}: then", result.returncode == 0 and done(folder) > before, (result.returncode, result.stderr))


def limits(folder):
    """Limits that are too tight fail; below, some are just enough on some machines, and then all must be there."""
    cases = [(what, resource.RLIMIT_NOFILE, number, 5, ["Too many open files"]) for what in WRITERS
             for number in (4, 5, 6, 8, 12, 20)]
    cases += [(what, resource.RLIMIT_FSIZE, number, 300_000, ["File too large", "disk I/O error"]) for what in WRITERS
              for number in (0, 50_000, 200_000, 1_200_000)]
    if SANITIZED:
        SKIPPED.append("ulimit -v: a sanitizer reserves more")
    else:
        cases += [(what, resource.RLIMIT_AS, number << 20, 250 << 20, ["memory"]) for what in ("train", "sweep")
                  for number in (60, 120, 260, 270, 280, 300, 320)]
    for number, (what, which, most, too_tight, words) in enumerate(cases):
        where = prepare(folder / f"limits{number}")
        name = f"{what}, limit {which} of {most}"
        result = run(where, "t.db", WRITERS[what], preexec_fn=lambda w=which, m=most: resource.setrlimit(w, (m, m)))
        if most < too_tight or result.returncode != 0:
            fails(name, result, words)
        before = done(where)
        intact(name, where, 1)
        if result.returncode != 0:
            succeeds(name, where, WRITERS[what], before)
        shutil.rmtree(where)


def as_nobody():
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def ordinary(folder):
    """What makes a command run as somebody whom permissions bind; None: cannot be."""
    if os.geteuid() != 0:
        return {}
    try:
        if run(folder, None, ["--version"], preexec_fn=as_nobody).returncode == 0:
            return {"preexec_fn": as_nobody}
    except (OSError, subprocess.SubprocessError):
        pass
    SKIPPED.append("permissions: root is not bound by them, and cannot run the program as somebody else")
    return None


def rights(folder):
    where = prepare(folder / "rights")
    user = ordinary(where)
    if user is None:
        return
    own_folder = where.stat().st_mode
    for name, file_mode, folder_mode, db, words in (
            ("a file to read", 0o444, 0o777, "t.db", "cannot be written"),
            ("a folder to read", 0o666, 0o555, "t.db", "cannot be written"),
            ("a new file in a folder to read", 0o666, 0o555, "new.db", "cannot be written")):
        (where / "t.db").chmod(file_mode)
        where.chmod(folder_mode)
        content = (where / "t.db").read_bytes()
        for what, arguments in WRITERS.items():
            fails(f"{what} into {name}", run(where, db, arguments, **user), [words])
        check(f"{name}: untouched", (where / "t.db").read_bytes() == content and not list(where.glob("t.db-*")) and
              not list(where.glob("new.db*")))
        where.chmod(own_folder)
        (where / "t.db").chmod(0o644)
    before = done(where)
    for what, arguments in WRITERS.items():
        succeeds(f"{what} into {name}", where, arguments, before)
        before = done(where)
    # A copy of a file in use, in a folder where no WAL can be opened.
    with contextlib.closing(sqlite3.connect(where / "t.db")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    where.chmod(0o555)
    for arguments in (["runs"], ["show", 1], ["report", "runs"], ["verify"], ["influence", "--run", 1, "--instance", 3]):
        result = run(where, "t.db", arguments, **user)
        check(f"{arguments[0]} of a copy of a file in use says so", result.returncode == 0 and
              result.stderr.count("its newest epochs may be missing") == 1, (result.returncode, result.stderr))
    where.chmod(own_folder)


def streams(folder):
    where = prepare(folder / "streams")
    with open("/dev/full", "w", encoding="ascii") as full:
        for words in (["runs"], ["show", 1], ["report", "runs"], ["verify"], ["datasets"], ["help"],
                      ["influence", "--run", 1, "--instance", 3], ["adjust", 1, "--adjustment", "tau-norm"], ["materialize", 1],
                      ["delete", 2, "--yes"], *WRITERS.values()):
            result = run(where, None if words == ["help"] else "t.db", words, stdout=full)
            fails(f"{words[0]}: standard output is full", result, ["cannot write"])
    intact("standard output is full", where, 7)


def wait_for(condition):
    end = time.monotonic() + 20
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)


def files(folder):
    """Trainings without end, in WAL mode by then."""
    long = ["--epochs", 10**8, "--record", "none", "--record-weights", "last"]
    (folder / "other.db").write_bytes((prepare(folder / "source") / "t.db").read_bytes())
    other = (folder / "other.db").read_bytes()
    acts = {
        "rm t.db": "t.db: was removed or renamed",
        "cp ../other.db new.db && mv new.db t.db": "t.db: another file has taken its place",
        ": > t.db": "t.db: was cut short",
        "rm t.db-wal t.db-shm": "t.db-wal: was removed or replaced",
    }
    started = []
    for what in ("train", "sweep"):
        for act, words in acts.items():
            where = prepare(folder / f"files{len(started)}")
            (where / "long.ini").write_text(SWEEP.replace("epochs = 30", "epochs = 100000000\nrecord = none"))
            arguments = ["train", "--quiet", "--data", "iris", *long] if what == "train" else \
                ["sweep", "long.ini", "--quiet", "--jobs", 1]
            process = subprocess.Popen(command("t.db", arguments), **options(where, stdout=subprocess.DEVNULL))
            started.append((f"{what}: {act}", where, act, words, process))
    for name, where, act, words, process in started:
        wait_for((where / "t.db-wal").exists)
        subprocess.run(act, shell=True, cwd=where, check=True)
    for name, where, act, words, process in started:
        try:
            errors = process.communicate(timeout=20)[1]
        except subprocess.TimeoutExpired:
            process.kill()
            errors = "it went on" + process.communicate()[1]
        # A note about the size may come first.
        last = errors.splitlines()[-1:] or [""]
        check(name, process.returncode == 1 and words in last[0] and errors.count("in use") == 1, (process.returncode, errors))
        if "mv" in act:
            check(f"{name}: the other file is as it was", (where / "t.db").read_bytes() == other)
        check(f"{name}: nothing is left beside it", ">" in act or not list(where.glob("t.db-*")), list(where.iterdir()))
        result = run(where, "t.db", WRITERS["train"])
        check(f"{name}: then", result.returncode == 0, result.stderr)
        intact(name, where, 1 if act.startswith(("rm t.db-wal", "cp")) else 0)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        for part in (limits, rights, streams, files):
            part(folder)
    for name in SKIPPED:
        print(f"SKIP: {name}")
    print(f"{TALLY[0]} passed, {TALLY[1]} failed, {len(SKIPPED)} skipped")
    sys.exit(1 if TALLY[1] else 0)


main()
