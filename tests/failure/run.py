#!/usr/bin/env python3
"""What hardrow does when the machine fails it: run.py SECTION HARDROW FAIL_ALLOCATION.so FAIL_WRITE.so

  memory  the n-th allocation fails, or it and all after it
  disk    the disk is full after n bytes
  kill    kill -9, then Ctrl-C, in the middle of a sweep, and the same sweep again
  lock    another program holds the database
  writers a short training beside one that goes on, and that beside a lock
  share   a sweep by several processes, of which one is killed and one stopped
  twice   one interrupted run, resumed by two processes at once
  network what writes runs on a network file system, where the file lies in WAL mode

However it fails: an exit code above 0 (1 for most), no signal, exactly one line on stderr; what is left of the database
passes SQLite's integrity check, and the same command then succeeds on it.
"""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

from recorded import problem_of

SECTION, HARDROW, FAIL_ALLOCATION, FAIL_WRITE = sys.argv[1], *map(os.path.abspath, sys.argv[2:5])
SOURCE = pathlib.Path(__file__).resolve().parents[2]
TINY = "a,b,class\n" + "".join(f"{i % 5}.5,{i * 7 % 11},{'xyz'[i % 3]}\n" for i in range(15))
SWEEP = """[sweep]
name = failure
datasets = iris, wine, glass
methods = base, class-balanced, difficulty
splits = 4
[settings]
scale = standard
epochs = 60
"""
# Columns that must not depend on interruptions.
RESULTS = """
    SELECT r.dataset, r.method, r.split_seed, e.epoch, e.train_loss, e.train_accuracy, e.test_loss, e.test_accuracy,
           (SELECT count(*) FROM dynamics AS d WHERE d.run_id = r.run_id AND d.epoch = e.epoch AND d.epoch = 60)
    FROM runs AS r JOIN epochs AS e ON e.run_id = r.run_id WHERE r.status = 'done' ORDER BY 1, 2, 3, 4"""


class Tally:
    def __init__(self):
        self.passed = self.failed = 0

    def check(self, name, problem):
        """Counts a case; `problem` is None or what was wrong."""
        if problem is None:
            self.passed += 1
        else:
            self.failed += 1
            if self.failed <= 10:
                print(f"{name}: {problem}")


def run(*arguments, **environment):
    result = subprocess.run([HARDROW, *map(str, arguments)], capture_output=True, text=True, errors="replace", timeout=60,
                            env={**os.environ, **environment}, check=False)
    # That these small trainings have learned next to nothing is no failure.
    result.stderr = "".join(line for line in result.stderr.splitlines(keepends=True) if "worse than guessing" not in line)
    return result


def remove(db):
    for suffix in ("", "-journal", "-wal", "-shm"):
        pathlib.Path(str(db) + suffix).unlink(missing_ok=True)


def failure_problem(result):
    """What is wrong with the way a command failed."""
    if result.returncode < 0:
        return f"ended by signal {-result.returncode}: {result.stderr[-300:]}"
    if result.returncode == 0:
        return None
    if result.stderr.count("\n") != 1 or not result.stderr.startswith("hardrow: "):
        return f"exit {result.returncode}, stderr {result.stderr!r}"
    return None


def database_problem(db, runs_done):
    """What is wrong with a database after a failure; runs_done: how many runs must be complete at least."""
    if not pathlib.Path(db).exists() or pathlib.Path(db).stat().st_size == 0:
        return "no database" if runs_done else None
    with contextlib.closing(sqlite3.connect(db)) as connection:
        answer = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if answer != "ok":
            return f"integrity_check: {answer}"
        if runs_done:
            done = connection.execute("SELECT count(*) FROM runs WHERE status = 'done'").fetchone()[0]
            if done < runs_done:
                return f"{done} runs done, not {runs_done}"
    return None


def train(folder, **environment):
    return run("train", "--quiet", "--data", folder / "tiny.csv", "--epochs", 3, "--db", folder / "t.db", **environment)


def start_from(folder, before):
    """The database as a command finds it: none, or a copy of `before`."""
    remove(folder / "t.db")
    if before:
        shutil.copy(before, folder / "t.db")


def count(folder, library, before):
    """Allocations or bytes of a run in which nothing fails."""
    start_from(folder, before)
    result = train(folder, LD_PRELOAD=library, FAIL_REPORT=str(folder / "report"))
    if result.returncode != 0:
        raise SystemExit(f"nothing failed, but: {result.stderr}")
    return int((folder / "report").read_text())


def spread(total, dense, further):
    """1 .. dense, then about `further` more numbers up to total."""
    step = max(1, (total - dense) // further)
    return [*range(1, min(dense, total) + 1), *range(dense + step, total + 1, step)]


def fail_train(folder, tally, name, before, **environment):
    """One failing training, and the same command again on what is left."""
    db = folder / "t.db"
    start_from(folder, before)
    runs = 1 if before else 0
    result = train(folder, **environment)
    # Some allocations SQLite can do without: then all must be there.
    problem = failure_problem(result) or database_problem(db, runs + (result.returncode == 0))
    if problem is None and result.returncode != 0:
        again = train(folder)
        problem = database_problem(db, runs + 1) if again.returncode == 0 else f"the second time: {again.stderr!r}"
    tally.check(name, problem)


def test_memory(folder, tally):
    train(folder)
    before = folder / "before.db"
    shutil.move(folder / "t.db", before)
    for what, start, dense, further in (("new file", None, 100, 100), ("file with a run", before, 300, 200)):
        total = count(folder, FAIL_ALLOCATION, start)
        for number in spread(total, dense, further):
            fail_train(folder, tally, f"{what}, allocation {number} of {total}", start, LD_PRELOAD=FAIL_ALLOCATION,
                       FAIL_ALLOCATION=str(number))
        for number in spread(total, 20, 60):
            fail_train(folder, tally, f"{what}, allocations from {number} of {total}", start, LD_PRELOAD=FAIL_ALLOCATION,
                       FAIL_ALLOCATION=f"{number},all")


def test_disk(folder, tally):
    train(folder)
    before = folder / "before.db"
    shutil.move(folder / "t.db", before)
    for what, start in (("new file", None), ("file with a run", before)):
        total = count(folder, FAIL_WRITE, start)
        for number in range(0, total, max(1, total // 60)):
            fail_train(folder, tally, f"{what}, full after {number} of {total} bytes", start, LD_PRELOAD=FAIL_WRITE,
                       FAIL_WRITE=str(number))


def sweep_command(folder, db):
    return ["sweep", folder / "sweep.ini", "--quiet", "--jobs", 2, "--db", db, "--data-dir", SOURCE / "datasets"]


def results(db):
    with contextlib.closing(sqlite3.connect(db)) as connection:
        return connection.execute(RESULTS).fetchall()


def interrupt_sweep(folder, tally, expected, how, delay):
    """Stops a sweep by a signal after `delay` seconds, twice, then lets it end."""
    db = folder / "k.db"
    remove(db)
    name = f"{how.name} after {delay:.3f} s"
    for _ in range(2):
        with subprocess.Popen([HARDROW, *map(str, sweep_command(folder, db))], stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True) as process:
            time.sleep(delay)
            process.send_signal(how)
            errors = process.communicate(timeout=60)[1]
        if how == signal.SIGINT:
            problem = None if process.returncode in (0, 130) else f"exit {process.returncode}: {errors!r}"
            tally.check(f"{name}, exit code", problem)
        tally.check(f"{name}, database", database_problem(db, 0))
    again = run(*sweep_command(folder, db))
    tally.check(f"{name}, again", None if again.returncode == 0 else f"exit {again.returncode}: {again.stderr!r}")
    tally.check(f"{name}, results", None if results(db) == expected else "not those of an undisturbed sweep")
    with contextlib.closing(sqlite3.connect(db)) as connection:
        left = connection.execute("SELECT count(*) FROM runs WHERE status = 'running'").fetchone()[0]
    tally.check(f"{name}, status", None if left == 0 else f"{left} runs still 'running'")


def test_kill(folder, tally):
    (folder / "sweep.ini").write_text(SWEEP)
    whole = folder / "whole.db"
    start = time.monotonic()
    result = run(*sweep_command(folder, whole))
    seconds = time.monotonic() - start
    tally.check("undisturbed", None if result.returncode == 0 else result.stderr)
    expected = results(whole)
    tally.check("undisturbed, epochs", None if len(expected) == 3 * 3 * 4 * 60 else f"{len(expected)} epochs")
    for how in (signal.SIGKILL, signal.SIGINT):
        for part in range(1, 8):
            interrupt_sweep(folder, tally, expected, how, seconds * part / 10)


def start(*arguments):
    return subprocess.Popen([HARDROW, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@contextlib.contextmanager
def locked(db, how="EXCLUSIVE"):
    """Another program holds the database."""
    with contextlib.closing(sqlite3.connect(db, isolation_level=None, timeout=60)) as other:
        other.execute(f"BEGIN {how}")
        yield other
        other.execute("ROLLBACK")


def test_lock(folder, tally):
    db = folder / "t.db"
    command = ["train", "--quiet", "--data", folder / "tiny.csv", "--epochs", 3, "--db", db]
    tally.check("before", None if train(folder).returncode == 0 else "it fails")
    with locked(db):
        waiting, stopped = start(*command), start(*command)
        time.sleep(6.5)
        both = waiting.poll() is None and stopped.poll() is None
        tally.check("waits", None if both else "one ended by itself")
        stopped.send_signal(signal.SIGINT)
        try:
            errors = stopped.communicate(timeout=6)[1]
            tally.check("Ctrl-C", None if stopped.returncode == 130 else f"exit {stopped.returncode}: {errors!r}")
        except subprocess.TimeoutExpired:
            tally.check("Ctrl-C", "it went on waiting")
    errors = waiting.communicate(timeout=30)[1]
    tally.check("after", None if waiting.returncode == 0 else errors)
    tally.check("says who", None if f"(process {os.getpid()})" in errors and errors.count("keeps it locked") == 1 else repr(errors))
    tally.check("database", database_problem(db, 2))
    (folder / "one.ini").write_text(SWEEP.replace("splits = 4", "splits = 1").replace("iris, wine, glass", "iris"))
    tally.check("weights", None if run(*command[:-2], "--record-weights", "every:1", "--db", db).returncode == 0 else "it fails")
    with locked(db, "DEFERRED") as reader:
        reader.execute("SELECT count(*) FROM run").fetchall()
        short = [start(*words, "--db", db) for words in (
            command[:-2], ["sweep", folder / "one.ini", "--quiet", "--data-dir", SOURCE / "datasets"],
            ["influence", "--run", 3, "--save"])]
        # Longer than SQLite's own patience with a lock was.
        time.sleep(11)
        tally.check("beside a reader", None if all(process.poll() is None for process in short) else "one ended by itself")
    for process in short:
        errors = process.communicate(timeout=30)[1]
        tally.check(f"after a reader: {process.args[1]}", None if process.returncode == 0 else errors)


def test_writers(folder, tally):
    """Runs that train for long keep nobody from writing, and go on while somebody else does."""
    db = folder / "t.db"
    long = start("train", "--quiet", "--data", folder / "tiny.csv", "--epochs", 10**8, "--record", "none",
                 "--record-weights", "last", "--db", db)
    time.sleep(1.5)
    for seed in range(3):
        result = train(folder)
        tally.check(f"beside a long run, {seed}", None if result.returncode == 0 else result.stderr)
    with locked(db):
        time.sleep(12)
        tally.check("beside a lock", None if long.poll() is None else "it ended by itself")
    long.send_signal(signal.SIGINT)
    errors = long.communicate(timeout=20)[1]
    tally.check("Ctrl-C", None if long.returncode == 130 else f"exit {long.returncode}: {errors!r}")
    with contextlib.closing(sqlite3.connect(db)) as connection:
        status = dict(connection.execute("SELECT run_id, status FROM runs"))
    tally.check("status", None if status == {1: "interrupted", 2: "done", 3: "done", 4: "done"} else repr(status))


def stop_at_work(process, db):
    """SIGSTOP while it trains and keeps nothing locked; returns how many runs it keeps from others."""
    while process.poll() is None:
        process.send_signal(signal.SIGSTOP)
        os.waitpid(process.pid, os.WUNTRACED)
        with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(db, timeout=0)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            running, claims = connection.execute("SELECT (SELECT count(*) FROM run WHERE status = 'running'),"
                                                 " (SELECT count(*) FROM claim)").fetchone()
            if running:
                return running + claims
        process.send_signal(signal.SIGCONT)
        time.sleep(0.005)
    return 0


def told(output):
    """The numbers in a sweep's last line: {"trained": 12, ...}."""
    return {words: int(number) for number, words in re.findall(r"(\d+) ([a-z ]+)", output)}


def test_share(folder, tally):
    """A sweep by several processes ends when the last run has ended, whatever becomes of them."""
    long = SWEEP.replace("splits = 4", "splits = 1").replace("epochs = 60", "epochs = 20000\nrecord = none")
    (folder / "sweep.ini").write_text(long)
    db, whole = folder / "t.db", folder / "whole.db"
    tally.check("alone", None if run(*sweep_command(folder, whole)).returncode == 0 else "it fails")
    killed = start(*sweep_command(folder, db))
    held = stop_at_work(killed, db)
    tally.check("at work", None if held else "it was never seen at work")
    survivor, stopped = start(*sweep_command(folder, db)), start(*sweep_command(folder, db))
    # Nothing is left to claim: both wait, maybe for each other, too.
    lines = [next(line for line in process.stderr if "waiting for" in line) for process in (survivor, stopped)]
    expected = f"{held} run{'s' * (held > 1)} of process {killed.pid} on {socket.gethostname()}"
    right = all(line.startswith("hardrow: waiting for ") and expected in line and line.endswith("; Ctrl-C ends the wait\n") for line in lines)
    tally.check("says who", None if right else repr(lines))
    before = time.monotonic()
    stopped.send_signal(signal.SIGINT)
    stopped_output = stopped.communicate(timeout=30)
    at_once = time.monotonic() - before < 2
    tally.check("Ctrl-C", None if stopped.returncode == 130 and at_once else f"exit {stopped.returncode}: {stopped_output}")
    killed.kill()
    killed.communicate()
    output = survivor.communicate(timeout=30)
    # It may say how long what it takes over will take.
    rest = [line for line in output[1].splitlines() if "this will take" not in line]
    tally.check("the survivor", None if survivor.returncode == 0 and not rest else repr(output))
    tally.check("results", None if results(db) == results(whole) else "not those of a sweep by one process")
    with contextlib.closing(sqlite3.connect(db)) as connection:
        done = dict(connection.execute("SELECT pid, count(*) FROM run WHERE status = 'done' GROUP BY pid"))
        left = connection.execute("SELECT count(*) FROM claim").fetchone()[0]
    tally.check("claims", None if left == 0 else f"{left} are left")
    tally.check("each run once", None if sum(done.values()) == 9 else repr(done))
    for name, process, words in (("survivor", survivor, output[0]), ("stopped", stopped, stopped_output[0])):
        tally.check(f"{name}, trained", None if told(words)["trained"] == done.get(process.pid, 0) else f"{words!r}, {done}")
    counts = told(output[0])
    total = sum(counts.get(words, 0) for words in ("already done", "trained", "by other processes"))
    tally.check("survivor, all", None if total == counts["runs"] == 9 else repr(output[0]))


def test_twice(folder, tally):
    """Two processes take up one interrupted run: both have read that it is, then one goes on and the other says so."""
    db = folder / "t.db"
    process = start("train", "--quiet", "--data", folder / "tiny.csv", "--epochs", 10**8, "--record", "none", "--db", db)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    errors = process.communicate(timeout=20)[1]
    tally.check("interrupted", None if process.returncode == 130 else errors)
    with locked(db, "IMMEDIATE"):
        both = [start("resume", 1, "--quiet", "--db", db) for _ in range(2)]
        time.sleep(1)
    deadline = time.monotonic() + 20
    while all(process.poll() is None for process in both) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)
    both.sort(key=lambda process: process.poll() is None)
    one, other = both
    tally.check("one goes on", None if one.poll() is not None and other.poll() is None else "both or none")
    other.send_signal(signal.SIGINT)
    errors = one.communicate(timeout=20)[1]
    lines = [line for line in errors.splitlines() if "this will" not in line]
    is_said = len(lines) == 1 and "failed: another process took it up" in lines[0]
    tally.check("the other says so", None if one.returncode == 1 and is_said else f"exit {one.returncode}: {errors!r}")
    errors = other.communicate(timeout=20)[1]
    tally.check("and is stopped", None if other.returncode == 130 else f"exit {other.returncode}: {errors!r}")
    tally.check("the file", problem_of(db))
    with contextlib.closing(sqlite3.connect(db)) as connection:
        status = connection.execute("SELECT run_id, status FROM runs").fetchall()
    tally.check("status", None if status == [(1, "interrupted")] else repr(status))


def test_network(folder, tally):
    """Each says it in one line."""
    db = folder / "t.db"
    (folder / "sweep.ini").write_text(SWEEP)
    (folder / "p.csv").write_text("epoch,instance_id,class,p_a,p_b\n1,0,a,.5,.5\n1,1,b,.5,.5\n")
    line = f"hardrow: {db}: on a network file system programs that read it and those that write it wait for each other\n"
    for name, words in (("train", ("train", "--quiet", "--data", folder / "tiny.csv", "--epochs", 3, "--keep-state")),
                        ("resume", ("resume", 1, "--quiet", "--epochs", 4)),
                        ("adjust", ("adjust", 1, "--adjustment", "post-hoc")),
                        ("import", ("import", folder / "p.csv")),
                        ("sweep", ("sweep", folder / "sweep.ini", "--quiet", "--data-dir", SOURCE / "datasets"))):
        if db.exists():
            with contextlib.closing(sqlite3.connect(db)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
        result = run(*words, "--db", db, LD_PRELOAD=FAIL_WRITE, FAIL_TYPE="0x6969")
        tally.check(name, None if (result.returncode, result.stderr) == (0, line) else f"{result.returncode}, {result.stderr!r}")


def main():
    # Python, if a shell started it in the background of a script, has Ctrl-C ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    tally = Tally()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "tiny.csv").write_text(TINY)
        {"memory": test_memory, "disk": test_disk, "kill": test_kill, "lock": test_lock,
         "writers": test_writers, "share": test_share, "twice": test_twice,
         "network": test_network}[SECTION](folder, tally)
    print(f"{tally.passed} passed, {tally.failed} failed")
    sys.exit(1 if tally.failed else 0)


main()
