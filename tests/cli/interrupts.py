#!/usr/bin/env python3
"""Ctrl-C and its like, closed and full streams: interrupts.py HARDROW"""

import contextlib
import os
import pathlib
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

HARDROW = os.path.abspath(sys.argv[1])
SOURCE = pathlib.Path(__file__).resolve().parents[2]
TALLY = [0, 0]
FOR_EVER = "(WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n)"


def check(name, right, told=""):
    TALLY[0 if right else 1] += 1
    if not right:
        print(f"wrong: {name} {told}")


def command(*arguments):
    return [HARDROW, *map(str, arguments)]


def train(db, epochs, *more):
    return command("train", "--quiet", "--data", "iris", "--data-dir", SOURCE / "datasets", "--epochs", epochs, "--record", "last",
                   "--record-weights", "last", "--db", db, *more)


def ignoring(*signals):
    return lambda: [signal.signal(each, signal.SIG_IGN) for each in signals]


class Case:
    """Commands that run in a folder, whose `curl` and `gnuplot` write their process id and sleep."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "bin").mkdir()
        for name in ("curl", "gnuplot"):
            (folder / "bin" / name).write_text("#!/bin/sh\necho $$ > pid.new\nmv pid.new pid\nexec sleep 30\n")
            (folder / "bin" / name).chmod(0o755)
        self.environment = {**os.environ, "PATH": f"{folder}/bin:{os.environ['PATH']}", "TMPDIR": str(folder)}

    def run(self, arguments, **more):
        more = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
        return subprocess.run(arguments, cwd=self.folder, text=True, timeout=30, check=False, **more)

    def start(self, arguments, **more):
        more = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, **more}
        return subprocess.Popen(arguments, cwd=self.folder, env=self.environment, text=True, **more)

    def rows(self, db, sql):
        with contextlib.closing(sqlite3.connect(self.folder / db)) as connection:
            return connection.execute(sql).fetchall()


def wait_for(condition):
    end = time.monotonic() + 10
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)


def begun(case, db):
    """Whether the run is in the file."""
    def is_there():
        try:
            return case.rows(db, "SELECT count(*) FROM run WHERE status = 'running'")[0][0] > 0
        except sqlite3.Error:
            return False
    return is_there


def interrupts(case, name, process, how=signal.SIGINT, code=130, most=3):
    start = time.monotonic()
    process.send_signal(how)
    try:
        errors = process.communicate(timeout=8)[1]
    except subprocess.TimeoutExpired:
        process.kill()
        errors = "it went on" + process.communicate()[1]
    seconds = time.monotonic() - start
    # What training said at its beginning: how much, and how long.
    lines = [line for line in errors.splitlines() if not line.startswith("hardrow: this will ")]
    right = process.returncode == code and len(lines) == 1 and lines[0].startswith("hardrow: ") and seconds < most
    check(f"{how.name} in {name}", right, f"exit {process.returncode} after {seconds:.1f} s: {errors!r}")


def trainings(case):
    for how in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        db = f"{how.name}.db"
        process = case.start(train(db, 10**6))
        wait_for(begun(case, db))
        interrupts(case, "train", process, how)
        check(f"{how.name}: the run is kept", case.rows(db, "SELECT status FROM run") == [("interrupted",)])
    # As a shell without job control starts it with '&', under nohup: SIGINT is ignored, too, but who sends it means it.
    process = case.start(train("nohup.db", 10**6), preexec_fn=ignoring(signal.SIGHUP, signal.SIGTERM, signal.SIGINT))
    wait_for(begun(case, "nohup.db"))
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    check("what nohup ignores is ignored", process.poll() is None)
    # Somebody's lock keeps the first one from ending at once.
    with contextlib.closing(sqlite3.connect(case.folder / "nohup.db", isolation_level=None, timeout=10)) as other:
        other.execute("BEGIN EXCLUSIVE")
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        time.sleep(0.9)
        check("an echo of the signal is no second one", process.poll() is None)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)
        check("a second Ctrl-C kills", process.returncode == -signal.SIGINT, process.returncode)
        other.execute("ROLLBACK")


def waiting(case):
    """Commands that wait for something or work for long."""
    db = case.folder / "t.db"
    case.run(train("t.db", 20000))
    case.run(train("t.db", 3, "--record", "every:1", "--record-weights", "every:1"))
    case.run(train("t.db", 150, "--model", "mlp", "--hidden", "512,512"))
    os.mkfifo(case.folder / "fifo")
    with contextlib.closing(sqlite3.connect(db)) as connection:
        for table in ("dynamics_rows", "loss_change"):
            connection.execute(f"CREATE TRIGGER slow_{table} AFTER INSERT ON {table} BEGIN SELECT {FOR_EVER}; END")
        connection.execute(f"CREATE TRIGGER slow_delete AFTER DELETE ON epoch BEGIN SELECT {FOR_EVER}; END")
        connection.commit()
        connection.execute("VACUUM INTO ?", (str(case.folder / "verified.db"),))
    with contextlib.closing(sqlite3.connect(case.folder / "verified.db")) as connection:
        connection.executescript(f"PRAGMA legacy_alter_table = ON; ALTER TABLE dataset RENAME TO hidden;"
                                 f"CREATE VIEW dataset AS SELECT * FROM hidden WHERE dataset_id < {FOR_EVER}")
    for name, arguments in (
            # Ends in the middle of a transaction, whose journal the next one replaces.
            ("influence --save", ["influence", "--run", 2, "--save"]), ("materialize", ["materialize", 2]),
            ("verify --retrain", ["verify", "--retrain", 3]),
            ("sql", ["sql", f"SELECT {FOR_EVER}"]), ("delete", ["delete", 2, "--yes"]),
            ("adjust", ["adjust", 1, "--adjustment", "temperature", "--tune-folds", 9, "--data-dir", SOURCE / "datasets"])):
        process = case.start(command(*arguments, "--db", "t.db"))
        time.sleep(0.5)
        interrupts(case, name, process)
    process = case.start(command("verify", "--db", "verified.db"))
    time.sleep(0.5)
    interrupts(case, "verify", process)
    check("nothing is left half done", not list(case.folder.glob("t.db-*")) and not list(case.folder.glob("etilqs*")) and
          case.rows("t.db", "SELECT count(*) FROM dynamics_rows") == [(0,)], list(case.folder.glob("t.db-*")))
    for name, arguments in (("import of a FIFO", ["import", "fifo"]), ("train on a FIFO", ["train", "--data", "./fifo"]),
                            ("a sweep from a FIFO", ["sweep", "fifo"])):
        process = case.start(command(*arguments, "--db", "fifo.db"))
        time.sleep(0.3)
        interrupts(case, name, process)
    for name, arguments, how in (
            ("curl", ["datasets", "fetch", "cmc", "--to", "."], signal.SIGTERM),
            ("curl", ["datasets", "fetch", "cmc", "--to", "."], signal.SIGKILL),
            ("gnuplot", ["report", "difficulty-curve", "--run", 2, "--hardest", 2, "--svg", "x.svg", "--db", "t.db"], signal.SIGTERM)):
        pid = case.folder / "pid"
        pid.unlink(missing_ok=True)
        process = case.start(command(*arguments))
        wait_for(pid.exists)
        if how == signal.SIGKILL:
            process.kill()
            process.communicate()
        else:
            interrupts(case, name, process, how)
        program = pathlib.Path("/proc") / pid.read_text().strip()
        wait_for(lambda: not program.exists() or "zombie" in (program / "status").read_text())
        check("nothing of a fetch is left", not list(case.folder.glob(".fetch*")))
        check(f"{name} does not outlive us", not program.exists() or "zombie" in (program / "status").read_text())


def resident(process):
    """Bytes of memory that it has."""
    try:
        return int((pathlib.Path("/proc") / str(process.pid) / "statm").read_text().split()[1]) * resource.getpagesize()
    except (OSError, IndexError):
        return 0


def reading(case):
    """A file of 40 MB, which takes seconds to read."""
    row = "0.5," * 50
    (case.folder / "big.csv").write_text(",".join(f"f{i}" for i in range(50)) + ",class\n" +
                                         "".join(f"{row}{'ab'[i % 2]}\n" for i in range(200_000)))
    (case.folder / "big.ini").write_text("[sweep]\nname = big\ndatasets = ./big.csv\nmethods = base\n")
    for arguments in (["train", "--data", "./big.csv"], ["sweep", "big.ini"], ["import", "big.csv"]):
        process = case.start(command(*arguments, "--db", "big.db"))
        wait_for(lambda: resident(process) > 45e6)
        interrupts(case, f"{arguments[0]} while it reads", process, most=1)
        check(f"{arguments[0]} while it reads: it does nothing more", not list(case.folder.glob("big.db*")))


def cut_short(case):
    """influence --save that ended early says so."""
    agreement = command("report", "influence-agreement", "--run", 2, "--db", "t.db")
    with contextlib.closing(sqlite3.connect(case.folder / "t.db")) as connection:
        connection.execute("DROP TRIGGER slow_loss_change")
        connection.commit()
    case.run(command("influence", "--run", 2, "--save", "--data-dir", SOURCE / "datasets", "--db", "t.db"))
    check("all is saved", "Cut short" not in case.run(agreement).stdout)
    with contextlib.closing(sqlite3.connect(case.folder / "t.db")) as connection:
        connection.execute("DELETE FROM loss_change WHERE epoch = 3")
        connection.commit()
    check("cut short", "Cut short: the loss changes of 1 of 2 epochs are saved" in case.run(agreement).stdout)


def streams(case):
    """Standard streams that are closed, full or not read."""
    million = "SELECT i FROM (WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT 1000000) SELECT i FROM n)"
    with case.start(command("sql", million, "--db", "t.db"), stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read()
    check("a reader whose output nobody reads ends quietly", process.returncode == -signal.SIGPIPE and errors == "", errors)
    (case.folder / "many.ini").write_text("[sweep]\nname = many\ndatasets = iris\nmethods = base\nsplits = 40\n"
                                          "[settings]\nepochs = 2000\nrecord = none\n")
    with case.start(command("sweep", "many.ini", "--jobs", 1, "--data-dir", SOURCE / "datasets", "--db", "many.db")) as process:
        process.stderr.readline()
        process.stderr.close()
    status = dict(case.rows("many.db", "SELECT status, count(*) FROM run GROUP BY status"))
    check("a sweep whose progress nobody reads is interrupted",
          process.returncode == 130 and 0 < status.get("done", 0) < 40 and "running" not in status, (process.returncode, status))
    with case.start(command("sweep", "many.ini", "--set", "epochs=2", "--data-dir", SOURCE / "datasets", "--db", "pipe.db"),
                    preexec_fn=ignoring(signal.SIGPIPE)) as process:
        process.stderr.close()
    check("where SIGPIPE is ignored, it goes on", case.rows("pipe.db", "SELECT DISTINCT status FROM run") == [("done",)],
          process.returncode)

    def closing(*fds):
        return lambda: [os.close(fd) for fd in fds]

    with open("/dev/full", "w", encoding="ascii") as full:
        for stream, more in (("closed", {"stdout": None, "preexec_fn": closing(1)}), ("full", {"stdout": full})):
            for name, arguments in (("methods", command("methods")), ("sql", command("sql", million, "--db", "t.db")),
                                    ("train", train(f"{stream}.db", 3))):
                result = case.run(arguments, **more)
                check(f"{name}: standard output is {stream}", result.returncode == 1 and result.stderr.count("\n") == 1 and
                      "cannot write" in result.stderr, (result.returncode, result.stderr))
            check(f"{stream}: the run is kept", case.rows(f"{stream}.db", "SELECT status FROM run") == [("done",)])
    result = case.run(train("none.db", 3), preexec_fn=closing(0, 1, 2), stdin=None, stdout=None, stderr=None)
    check("without any stream", result.returncode == 1 and case.rows("none.db", "PRAGMA integrity_check") == [("ok",)])

    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    result = case.run(command("datasets", "fetch", "mnist", "--mirror", "file:///nowhere", "--to", "."),
                      preexec_fn=ignoring(signal.SIGCHLD))
    check("SIGCHLD is ignored", "curl: (37)" in result.stderr, result.stderr)
    result = case.run(train("small.db", 300, "--record", "every:1"), preexec_fn=small_files)
    check("ulimit -f", result.returncode == 1 and result.stderr.count("\n") == 1, (result.returncode, result.stderr))


def main():
    # Whoever runs this with nohup has one of them ignored, and what is inherited stays so.
    for how in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(how, signal.SIG_DFL)
    with tempfile.TemporaryDirectory() as name:
        case = Case(pathlib.Path(name))
        for part in (trainings, waiting, reading, cut_short, streams):
            part(case)
    print(f"{TALLY[0]} passed, {TALLY[1]} failed")
    sys.exit(1 if TALLY[1] else 0)


main()
