#!/usr/bin/env python3
"""The machine loses power: power.py HARDROW WATCH_DISK.so

Commands are run while everything that they do to the disk is written down, then files are made as a power cut would leave
them: what was synced is there; what came after a file's last sync is there, is not, or is there in part, sector by sector
and in any order; a file that came or went is so for certain once its folder was synced. Every such file must be sound,
hold whole epochs alone, and all that was committed.

100 files of short commands, 100 of the like in WAL mode, 100 of one that goes to WAL; HARDROW_SOAK=N for N each.
"""

import bisect
import contextlib
import os
import pathlib
import random
import sqlite3
import subprocess
import sys
import tempfile
import time

import recorded

HARDROW, WATCH_DISK = map(os.path.abspath, sys.argv[1:3])
SOURCE = pathlib.Path(__file__).resolve().parents[2]
STATES = int(os.environ.get("HARDROW_SOAK", "100"))
SECTOR = 512
WAL_HEADER = 24  # of a frame
SUFFIXES = ("", "-journal", "-wal")


def read_log(path):
    """(kind, name, offset, length, bytes) of each thing done."""
    data, at, events = path.read_bytes(), 0, []
    while at < len(data):
        end = data.index(b"\n", at)
        kind, offset, length, name = data[at:end].decode().split(" ", 3)
        at = end + 1
        size = int(length) if kind == "W" else 0
        events.append((kind, name, int(offset), int(length), data[at:at + size]))
        at += size
    return events


class File:
    """What a file holds for certain, and what was done to it since."""

    def __init__(self):
        self.content, self.pending = bytearray(), []

    def sync(self):
        for event in self.pending:
            apply(self.content, event)
        self.pending = []


def apply(content, event):
    kind, _, offset, length, data = event
    if kind == "T":
        if length < len(content):
            del content[length:]
        content.extend(bytes(length - len(content)))
    else:
        content.extend(bytes(max(0, offset - len(content))))
        content[offset:offset + length] = data


def apply_in_part(content, event, keep, draw):
    """Some sectors of a write; a file may have grown by one that is not there."""
    kind, name, offset, length, data = event
    if kind == "T":
        if draw.random() < keep:
            apply(content, event)
        return
    at = offset
    while at < offset + length:
        end = min((at // SECTOR + 1) * SECTOR, offset + length)
        if draw.random() < keep:
            apply(content, ("W", name, at, end - at, data[at - offset:end - offset]))
        elif draw.random() < 0.5 and len(content) < end:
            content.extend(bytes(end - len(content)))
        at = end


class Disk:
    """The files of one database, as they are for the program and as they are for certain."""

    def __init__(self, db):
        self.names = {str(db) + suffix for suffix in SUFFIXES}
        self.folder = str(db.parent)
        self.now = {}       # name: File
        self.certain = {}   # the same, as of the last sync of the folder
        self.changes = []   # (name, File or None) since

    def see(self, event):
        kind, name = event[:2]
        if kind == "S" and name == self.folder:
            self.certain, self.changes = dict(self.now), []
        if name not in self.names:
            return
        if kind == "U":
            if self.now.pop(name, None) is not None:
                self.changes.append((name, None))
            return
        if name not in self.now:
            self.now[name] = File()
            self.changes.append((name, self.now[name]))
        if kind == "S":
            self.now[name].sync()
        else:
            self.now[name].pending.append(event)

    def whole(self):
        """As a program that was killed leaves it."""
        return {name: self.after(file, 1, random) for name, file in self.now.items()}

    def after_power_cut(self, draw):
        files = dict(self.certain)
        # A folder's changes come in order: it has a journal of its own.
        for name, file in self.changes[:draw.randint(0, len(self.changes))]:
            if file is None:
                files.pop(name, None)
            else:
                files[name] = file
        return {name: self.after(file, draw.choice([0, 0.5, 0.9, 1]), draw) for name, file in files.items()}

    @staticmethod
    def after(file, keep, draw):
        content = bytearray(file.content)
        for event in file.pending:
            apply_in_part(content, event, keep, draw)
        return content


def write_files(db, files):
    for suffix in (*SUFFIXES, "-shm"):
        pathlib.Path(str(db) + suffix).unlink(missing_ok=True)
    for name, content in files.items():
        pathlib.Path(name).write_bytes(content)


def epochs_in(db):
    """What is recorded in the file; nothing if there is none or it is empty."""
    if not db.exists():
        return set()
    with contextlib.closing(sqlite3.connect(db)) as connection:
        if connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'epoch'").fetchone()[0] == 0:
            return set()
        return recorded.epochs_of(connection)


def commits(event, db):
    """A journal goes, or a frame of the WAL says that it is a transaction's last one (its second number is not 0)."""
    kind, name, _, length, data = event
    return (kind, name) == ("U", f"{db}-journal") or (name == f"{db}-wal" and length == WAL_HEADER and any(data[4:8]))


def promises(events, db):
    """Where something was promised: after a commit and what belongs to it, the frame's page and syncs of WAL and folder."""
    found, has_committed = [0], False
    for number, event in enumerate([*events, ("end", "", 0, 0, b"")]):
        kind, name, _, length, _ = event
        belongs = (kind == "S" and name != str(db)) or (name == f"{db}-wal" and length != WAL_HEADER)
        if has_committed and not belongs:
            found.append(number)
            has_committed = False
        has_committed = has_committed or commits(event, db)
    return found


def cut(events, db, draw, count):
    """Cuts the power `count` times, and says what went wrong."""
    promised = promises(events, db)
    # Half of them anywhere, half of them soon after a promise.
    moments = [draw.randint(1, len(events)) if i % 2 else min(draw.choice(promised) + draw.randint(0, 3), len(events))
               for i in range(count)]
    needed = {promised[bisect.bisect_right(promised, moment) - 1] for moment in moments}
    disk, problems, held = Disk(db), [], {}
    for number in range(len(events) + 1):
        if number in needed:
            write_files(db, disk.whole())
            held[number] = epochs_in(db)
        for _ in range(moments.count(number)):
            write_files(db, disk.after_power_cut(draw))
            problem = recorded.problem_of(db) if db.exists() else None
            missing = set() if problem else held[promised[bisect.bisect_right(promised, number) - 1]] - epochs_in(db)
            if problem or missing:
                problems.append(f"cut before {number} of {len(events)}: {problem or f'lost {sorted(missing)[:5]}'}")
        if number < len(events):
            disk.see(events[number])
    return problems


def run(db, log, *command):
    subprocess.run([*map(str, command)], stdout=subprocess.DEVNULL, check=True, timeout=120,
                   env={**os.environ, "LD_PRELOAD": WATCH_DISK, "WATCH_LOG": str(log), "HARDROW_DB": str(db)})


def short(db, log):
    for method in ("base", "difficulty"):
        run(db, log, HARDROW, "train", "--quiet", "--data", "iris", "--epochs", 30, "--method", method)
    run(db, log, HARDROW, "adjust", 1, "--adjustment", "tau-norm")
    run(db, log, HARDROW, "materialize", 2)


def in_wal(db, log):
    """A file that somebody else put into WAL mode; our clean end puts it back each time."""
    for command in (["train", "--quiet", "--data", "iris", "--epochs", 60], ["adjust", 1, "--adjustment", "tau-norm"],
                    ["materialize", 2]):
        run(db, log, sys.executable, "-c", f"import sqlite3; sqlite3.connect({str(db)!r}).execute('PRAGMA journal_mode = WAL')")
        run(db, log, HARDROW, *command)


def to_wal(db, log):
    """A training that lasts long enough, on any machine."""
    epochs = 10000
    while not any(event[1].endswith("-wal") for event in (read_log(log) if log.exists() else [])):
        run(db, log, HARDROW, "train", "--quiet", "--data", "sonar", "--record-weights", "last", "--epochs", epochs, "--record",
            f"every:{epochs // 40}")
        epochs *= 2


def main():
    failed = 0
    os.chdir(SOURCE)
    scenes = [("short commands", short), ("in WAL", in_wal), ("going to WAL", to_wal)]
    for seed, (name, commands) in enumerate(scenes):
        with tempfile.TemporaryDirectory() as folder:
            db, log = pathlib.Path(folder).resolve() / "p.db", pathlib.Path(folder) / "log"
            commands(db, log)
            events = read_log(log)
            problems = cut(events, db, random.Random(seed), STATES)
        for problem in problems[:10]:
            print(f"{name}: {problem}")
        print(f"{name}: {STATES} power cuts, {len(events)} writes, syncs and unlinks")
        failed += len(problems) > 0
    print(f"{len(scenes) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
