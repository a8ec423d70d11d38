#!/usr/bin/env python3
"""The loadable extension in the stock sqlite3 shell and in Python: extension_test.py HARDROW EXTENSION.so

Its rows are those of the views, bit for bit; a file that is damaged or made to harm gives an error and no crash.
"""

import os
import pathlib
import random
import sqlite3
import subprocess
import sys
import tempfile

HARDROW, EXTENSION = sys.argv[1:]
SOURCE = pathlib.Path(os.environ["HARDROW_SOURCE"])
# quote() of a REAL shows all its digits; a blob of it would be rounded.
DYNAMICS = ("SELECT run_id, epoch, instance_id, part, class, predicted, quote(p_true), quote(du), quote(dl), quote(difficulty), "
            "quote(weight), draws, probabilities FROM {}dynamics ORDER BY 1, 2, 3")
PREDICTIONS = "SELECT run_id, epoch, instance_id, class, quote(probability) FROM {}predictions ORDER BY 1, 2, 3, 4"
failed = []


def check(is_right, what):
    if not is_right:
        failed.append(what)
        print(f"FAIL: {what}")


def shell(db, *statements, load=True):
    """The output and exit code of the sqlite3 shell."""
    lines = [f".load {EXTENSION}"] * load + list(statements)
    result = subprocess.run(["sqlite3", "-batch", "-bail", db], input="\n".join(lines) + "\n", capture_output=True, text=True,
                            errors="replace", timeout=60)
    return result.stdout + result.stderr, result.returncode


def rows_are_those_of_the_views(db):
    for sql in (DYNAMICS, PREDICTIONS):
        fast, code = shell(db, sql.format("") + ";")
        views, _ = shell(db, sql.format("main.") + ";", load=False)
        check(code == 0 and fast.count("\n") >= 450 and fast == views, f"the shell: {sql}: other rows than the view")
    loaded, _ = shell(db, "EXPLAIN QUERY PLAN SELECT * FROM dynamics;")
    check("VIRTUAL TABLE" in loaded, f"the view answers, not the table: {loaded}")
    twice, code = shell(db, f".load {EXTENSION}", "SELECT count(*) FROM dynamics;")
    check((twice, code) == ("450\n", 0), f"loaded twice: {twice}")
    readonly = subprocess.run(["sqlite3", "-readonly", "-batch", "-cmd", f".load {EXTENSION}", db, "SELECT count(*) FROM dynamics"],
                              capture_output=True, text=True)
    check(readonly.stdout == "450\n", f"-readonly: {readonly}")


def python_loads_it(db):
    connection = sqlite3.connect(db)
    if not hasattr(connection, "enable_load_extension"):
        print("skipped: this Python was built without loadable extensions")
        return
    views = [connection.execute(sql.format("main.")).fetchall() for sql in (DYNAMICS, PREDICTIONS)]
    connection.enable_load_extension(True)
    connection.load_extension(EXTENSION)
    check([connection.execute(sql.format("")).fetchall() for sql in (DYNAMICS, PREDICTIONS)] == views,
          "Python: other rows than the views")


def says(db, part, *statements):
    output, code = shell(db, *statements)
    check(part in output and code in (0, 1), f"{statements}: {code} {output}")


def hostile_files(db, folder):
    empty = folder / "empty.db"
    says(empty, "no such table: main.run", "SELECT * FROM dynamics;")
    # A table that would read itself.
    loop = folder / "loop.db"
    says(loop, "of temp only",
         "CREATE VIRTUAL TABLE main.predictions USING hardrow_rows;")
    subprocess.run(["sqlite3", loop, "CREATE TABLE t(a); CREATE VIEW run AS SELECT * FROM main.dynamics; PRAGMA writable_schema=1;"
                    "INSERT INTO sqlite_schema VALUES('table','dynamics','dynamics',0,"
                    "'CREATE VIRTUAL TABLE dynamics USING hardrow_rows')"], check=True)
    says(loop, "of temp only", "SELECT * FROM dynamics;")
    for change in ("UPDATE run SET block_instances = 0", "UPDATE epoch SET first_block = -5", "UPDATE block SET p = x'00'",
                   "UPDATE epoch SET first_block = 9223372036854775807", "UPDATE class SET class_index = class_index + 7",
                   "UPDATE instance SET position = position + 5000000000", "DELETE FROM block WHERE block_id % 2",
                   "UPDATE split SET test = x''"):
        other = folder / "other.db"
        other.write_bytes(db.read_bytes())
        subprocess.run(["sqlite3", other, change], check=True)
        for table in ("dynamics", "predictions"):
            output, code = shell(other, f"SELECT count(*), total(p) FROM (SELECT {'p_true' if table == 'dynamics' else 'probability'}"
                                 f" AS p FROM {table});")
            check(code in (0, 1), f"{change}: {table}: {code} {output}")
    whole = db.read_bytes()
    dice = random.Random(1)
    for _ in range(30):
        damaged = bytearray(whole)
        for _ in range(40):
            damaged[dice.randrange(100, len(damaged))] = dice.randrange(256)
        (folder / "damaged.db").write_bytes(damaged)
        output, code = shell(folder / "damaged.db", "SELECT count(*), total(p_true) FROM dynamics;",
                             "SELECT count(*), total(probability) FROM predictions;")
        check(code in (0, 1), f"damaged: {code} {output[-200:]}")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        db = folder / "t.db"
        subprocess.run([HARDROW, "train", "-q", "--data", "iris", "--data-dir", SOURCE / "datasets", "--epochs", "3", "--scale",
                        "standard", "--db", db], check=True, capture_output=True)
        rows_are_those_of_the_views(db)
        python_loads_it(db)
        hostile_files(db, folder)
    sys.exit(bool(failed))


main()
