#!/usr/bin/env python3
"""SIGKILL wherever it may hit: kill.py HARDROW WATCH_DISK.so

Every command that writes is killed again and again, half of the time at a random moment, half of the time when it is about
to do something to the disk, beside a reader. After each kill the file is sound, every epoch is there whole or not at all,
and all that the reader saw is still there; after a few kills the same command goes through on what is left.

200 kills; HARDROW_SOAK=N for N. The moments are the same in every run of the test as far as the machine is.
"""

import contextlib
import os
import pathlib
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

import recorded

HARDROW, WATCH_DISK = map(os.path.abspath, sys.argv[1:3])
SOURCE = pathlib.Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("HARDROW_SOAK", "200"))
SWEEP = """[sweep]
name = killed
datasets = iris, wine
methods = base, difficulty
splits = 3
[settings]
epochs = 60
"""
NUMBERS = """[sweep]
name = numbers
datasets = diabetes
methods = base, lds
splits = 2
[settings]
task = regression
target-bins = 4
epochs = 60
"""

# Epochs that stay whatever happens; with commands that go on with a run, those that its state holds; with one that deletes
# runs, those of the others.
ALL = "SELECT run_id, epoch FROM epoch"
HELD = """SELECT run_id, epoch FROM epoch AS e JOIN run AS r USING (run_id) WHERE r.status = 'done'
    OR e.epoch <= (SELECT max(s.epoch) FROM state AS s WHERE s.run_id = e.run_id)"""
OTHERS = "SELECT run_id, epoch FROM epoch WHERE run_id <> 2"


TOLD = re.compile(r"worse than guessing|no better than guessing|below that of always|: this will take ")


class Scene:
    """A command, the file it finds, and its share of the kills; which epochs stay, and what the command says when all is
    done already."""

    def __init__(self, name, share, template, arguments, *, stay=ALL, done=None):
        self.name, self.share, self.template, self.stay, self.done = name, share, template, stay, done
        self.command = [HARDROW, *map(str, arguments)]
        self.kills = 0

    def is_through(self, code, errors):
        # That some ended no better than guessing is not wrong with them.
        others = [line for line in errors.splitlines() if not TOLD.search(line)]
        return (code == 0 and not others) or (self.done is not None and self.done in errors)


class Reader(threading.Thread):
    """Another program that looks at the epochs all the time."""

    def __init__(self, db, stay):
        super().__init__()
        self.db, self.stay, self.seen, self.ends = db, stay, set(), threading.Event()

    def run(self):
        while not self.ends.is_set():
            # It may not exist yet, or have no tables, or be locked: then there is nothing to see.
            with contextlib.suppress(sqlite3.Error):
                with contextlib.closing(sqlite3.connect(f"file:{self.db}?mode=ro", uri=True, timeout=0)) as connection:
                    while not self.ends.wait(0.01):
                        self.seen.update(connection.execute(self.stay))
            self.ends.wait(0.01)

    def end(self):
        self.ends.set()
        self.join()
        return self.seen


def start_from(db, template):
    for suffix in ("", "-journal", "-wal", "-shm"):
        pathlib.Path(f"{db}{suffix}").unlink(missing_ok=True)
    for backup in db.parent.glob(f"{db.name}.*"):
        backup.unlink()
    if template is not None:
        shutil.copy(template, db)


def environment(folder, **more):
    return {**os.environ, "HARDROW_DB": str(folder / "k.db"), **more}


def whole(scene, folder):
    """Seconds and doings of an undisturbed command."""
    report = folder / "report"
    start_from(folder / "k.db", scene.template)
    start = time.monotonic()
    subprocess.run(scene.command, env=environment(folder), stdout=subprocess.DEVNULL, check=True, timeout=60)
    seconds = time.monotonic() - start
    start_from(folder / "k.db", scene.template)
    subprocess.run(scene.command, env=environment(folder, LD_PRELOAD=WATCH_DISK, WATCH_REPORT=str(report)),
                   stdout=subprocess.DEVNULL, check=True, timeout=60)
    return seconds, int(report.read_text())


def kill(scene, folder, moment, doing):
    """Whether it was killed after `moment` seconds or at `doing`, and not too late; and what a reader saw before."""
    more = {"LD_PRELOAD": WATCH_DISK, "WATCH_KILL": str(doing)} if doing else {}
    reader = Reader(folder / "k.db", scene.stay)
    reader.start()
    with subprocess.Popen(scene.command, env=environment(folder, **more), stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True) as process:
        try:
            errors = process.communicate(timeout=60 if doing else moment)[1]
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            errors = process.communicate()[1]
    seen = reader.end()
    if process.returncode != -signal.SIGKILL and not scene.is_through(process.returncode, errors):
        raise SystemExit(f"{scene.name}: exit {process.returncode}: {errors}")
    return process.returncode == -signal.SIGKILL, seen


def problem_after(db, seen):
    if not db.exists() or db.stat().st_size == 0:
        return "it is gone" if seen else None
    problem = recorded.problem_of(db)
    if problem or not seen:
        return problem
    with contextlib.closing(sqlite3.connect(db)) as connection:
        missing = seen - set(connection.execute(ALL))
    return f"epochs that a reader saw are gone: {sorted(missing)[:5]}" if missing else None


def shown_problem(folder):
    """Nothing runs any more, whether or not the file says so yet."""
    shown = subprocess.run([HARDROW, "sql", "SELECT count(*) FROM runs WHERE status = 'running'", "--format", "csv"],
                           env=environment(folder), capture_output=True, text=True, timeout=60, check=False)
    is_right = shown.returncode == 0 and shown.stdout.splitlines()[-1:] == ["0"]
    is_behind = "there is no such database" in shown.stderr or "was written by an older hardrow" in shown.stderr
    return None if is_right or is_behind else f"'running' is shown: {shown.stdout!r} {shown.stderr!r}"


def problem_again(scene, folder):
    """The command goes through at last, and nothing is left behind."""
    again = subprocess.run(scene.command, env=environment(folder), capture_output=True, text=True, timeout=60, check=False)
    if not scene.is_through(again.returncode, again.stderr):
        return f"again: exit {again.returncode}: {again.stderr!r}"
    with contextlib.closing(sqlite3.connect(folder / "k.db")) as connection:
        left = connection.execute("SELECT count(*) FROM run WHERE status = 'running'").fetchone()[0]
        claims = connection.execute("SELECT count(*) FROM claim").fetchone()[0]
    if left or claims:
        return f"again: {left} runs still 'running', {claims} claims"
    backups = [path.name for path in folder.glob("k.db.*")]
    if len(backups) > 1:
        return f"again: more than one backup: {backups}"
    return recorded.problem_of(folder / "k.db")


def kill_often(scene, folder, count, draw):
    """Returns the problems, each with what led to it."""
    seconds, doings = whole(scene, folder)
    problems = []
    db = folder / "k.db"
    attempts = in_a_row = 0
    while scene.kills < count and attempts < 4 * count + 20:
        attempts += 1
        if in_a_row == 0:
            start_from(db, scene.template)
        by_disk = attempts % 2 == 0
        moment, doing = draw.uniform(0, seconds), draw.randint(1, doings) if by_disk else 0
        was_killed, seen = kill(scene, folder, moment, doing)
        name = f"{scene.name}, kill {scene.kills + 1}, " + (f"doing {doing} of {doings}" if by_disk else f"{moment:.3f} s")
        in_a_row += 1
        # Every other time our own program comes first to a file that was left in the middle.
        problem = shown_problem(folder) if attempts % 4 < 2 else None
        problem = problem or problem_after(db, seen)
        scene.kills += was_killed
        if problem is None and (not was_killed or in_a_row == 4 or scene.kills == count):
            problem = problem_again(scene, folder)
            in_a_row = 0
        if problem:
            problems.append(f"{name}: {problem}")
            in_a_row = 0
    if scene.kills < count:
        problems.append(f"{scene.name}: only {scene.kills} kills of {count}")
    return problems


def call(db, *arguments):
    subprocess.run([HARDROW, *map(str, arguments), "--db", str(db)], stdout=subprocess.DEVNULL, check=True, timeout=60)


def templates(folder):
    """Files as the commands find them: one with a run, the same in WAL mode, one whose run can go on, one to delete from."""
    call(folder / "run.db", "train", "--quiet", "--data", "iris", "--epochs", 20)
    shutil.copy(folder / "run.db", folder / "wal.db")
    with contextlib.closing(sqlite3.connect(folder / "wal.db")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    call(folder / "kept.db", "train", "--quiet", "--data", "iris", "--epochs", 300, "--keep-state")
    shutil.copy(folder / "run.db", folder / "two.db")
    call(folder / "two.db", "train", "--quiet", "--data", "wine", "--epochs", 300)
    with contextlib.closing(sqlite3.connect(folder / "two.db")) as connection:
        connection.execute("UPDATE run SET status = 'interrupted' WHERE run_id = 2")
        connection.commit()
    (folder / "sweep.ini").write_text(SWEEP)
    (folder / "numbers.ini").write_text(NUMBERS)
    places = [f"{i % 7},{i * i % 11},{i % 8},{'ab'[i % 2]}" for i in range(160)]
    (folder / "groups.csv").write_text("x,y,place,class\n" + "\n".join(places) + "\n")
    names = ("setosa", "versicolor")
    rows = [f"{epoch},{i},{names[i % 2]},{0.1 + i / 100},{0.9 - i / 100}" for epoch in range(1, 30) for i in range(80)]
    (folder / "rows.csv").write_text("epoch,instance_id,class,p_setosa,p_versicolor\n" + "\n".join(rows) + "\n")


def scenes(folder):
    run, wal = folder / "run.db", folder / "wal.db"
    train = ["train", "--quiet", "--data", "iris", "--epochs", 400]
    # Longer than the second after which the recorder goes to WAL, on any machine; little is recorded.
    long = ["train", "--quiet", "--data", "sonar", "--record", "none", "--record-weights", "last", "--epochs"]
    start = time.monotonic()
    call(folder / "long.db", *long, 2000)
    long.append(round(2000 * 1.6 / (time.monotonic() - start)))
    resume = ["resume", 1, "--quiet", "--epochs", 1500, "--checkpoint", "0.05", "--keep-state"]
    delete = ["delete", "--status", "interrupted", "--yes", "--vacuum"]
    sweep = ["sweep", folder / "sweep.ini", "--quiet", "--jobs", 2]
    return [
        Scene("train, a new file", 3, None, train),
        Scene("train", 3, run, train),
        Scene("train, WAL", 4, wal, train),
        Scene("train, going to WAL", 1, run, long),
        Scene("train, regression", 2, run, ["train", "--quiet", "--data", "diabetes", "--task", "regression", "--target-bins", 5,
                                            "--method", "lds", "--folds", 5, "--epochs", 300]),
        Scene("train, meta set", 2, wal, ["train", "--quiet", "--data", folder / "groups.csv", "--method", "meta-reweight",
                                          "--folds", 4, "--groups", "place", "--epochs", 300]),
        Scene("sweep", 4, None, sweep, stay=HELD),
        Scene("sweep, WAL", 3, wal, sweep, stay=HELD),
        Scene("sweep, regression", 2, run, ["sweep", folder / "numbers.ini", "--quiet", "--jobs", 2], stay=HELD),
        Scene("resume", 3, folder / "kept.db", resume, stay=HELD, done="has 1500 already"),
        Scene("delete", 2, folder / "two.db", delete, stay=OTHERS),
        Scene("delete, WAL", 1, wal, ["delete", "--status", "done", "--yes", "--vacuum"], stay=OTHERS.replace("2", "1")),
        Scene("adjust", 2, run, ["adjust", 1, "--adjustment", "tau-norm"]),
        Scene("import", 2, run, ["import", folder / "rows.csv"]),
        Scene("influence", 2, run, ["influence", "--run", 1, "--save"]),
        Scene("influence of one", 1, wal, ["influence", "--run", 1, "--instance", 3, "--save"]),
        Scene("materialize", 2, run, ["materialize", 1]),
        Scene("upgrade", 3, SOURCE / "tests" / "fixtures" / "version5.db", ["materialize", 1]),
    ]


def main():
    problems = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        os.chdir(SOURCE)
        templates(folder)
        every = scenes(folder)
        shares = sum(scene.share for scene in every)
        due = 0
        for number, scene in enumerate(every):
            due += scene.share
            count = round(KILLS * due / shares) - sum(other.kills for other in every)
            problems += kill_often(scene, folder, count, random.Random(number))
            print(f"{scene.name}: {scene.kills} kills")
    for problem in problems[:20]:
        print(problem)
    print(f"{sum(scene.kills for scene in every)} kills")
    print(f"{len(every) - len({p.split(', kill')[0] for p in problems})} passed, {len(problems)} failed")
    sys.exit(1 if problems else 0)


main()
