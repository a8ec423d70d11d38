#!/usr/bin/env python3
"""duckdb.py PROGRAM: every view of a file binds in DuckDB with docs/duckdb.sql, and has the rows that SQLite gives; so has the
Parquet file that docs/export.md makes.

DuckDB reads a SQLite file by an extension that is not in its package, so the file's tables are copied: their rows, and the
text of the views as it stands in the file. Needs node and its package @duckdb/node-api, found by NODE_PATH or in a folder
node_modules above this one. The last line is `N passed, N failed[, N skipped]`."""
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile

HARDROW = str(pathlib.Path(sys.argv[1]).resolve())
SOURCE = pathlib.Path(os.environ["HARDROW_SOURCE"])
DUCKDB = pathlib.Path(__file__).with_name("duckdb.js")


def make(folder):
    """Runs of both kinds of data, with a test part, an adjusted run, influences, plain rows of one run, a regression, and a series
    of a program that logs."""
    def hardrow(*words):
        subprocess.run([HARDROW, *words, "--db", "t.db"], cwd=folder, check=True, capture_output=True, timeout=60,
                       env=os.environ | {"HARDROW_DATA": str(SOURCE / "datasets")})

    hardrow("train", "--data", "iris", "--epochs", "3", "--scale", "standard", "--record-weights", "every:1")
    hardrow("train", "--data", "glass", "--epochs", "2", "--method", "difficulty", "--missing", "mean")
    hardrow("adjust", "1", "--adjustment", "post-hoc")
    hardrow("influence", "--run", "1", "--save")
    hardrow("influence", "--run", "1", "--instance", "3", "--save")
    hardrow("materialize", "2")
    hardrow("train", "--data", "diabetes", "--task", "regression", "--epochs", "2")
    hardrow("export", "1", "2", "--what", "dynamics", "--format", "csv", "--out", "csv")
    db = sqlite3.connect(folder / "t.db")
    db.execute("INSERT INTO own_series (run_id, epoch, name, block, value) SELECT 1, 1, 'own', 0, p FROM block WHERE block_id = 1")
    return db


def literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"unhex('{value.hex()}')"
    if isinstance(value, float):
        return f"CAST('{value!r}' AS DOUBLE)"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)


def statements(db):
    """The prelude, the tables with their rows, as DuckDB takes them."""
    text = re.sub(r"--.*", "", (SOURCE / "docs/duckdb.sql").read_text())
    yield from filter(str.strip, text.split(";"))
    for name, sql in db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"):
        sql = re.sub(r"--.*|REFERENCES \w+|GENERATED ALWAYS AS .*? VIRTUAL|(\) )STRICT.*", r"\1", sql)
        yield sql.replace("INTEGER", "BIGINT").replace("REAL", "DOUBLE")
        rows = [f"({', '.join(map(literal, row))})" for row in db.execute(f'SELECT * FROM "{name}"')]
        for i in range(0, len(rows), 500):
            yield f'INSERT INTO "{name}" VALUES {", ".join(rows[i:i + 500])}'


def comparable(row, names):
    """Numbers by their value, blobs left out, those in JSON as numbers: DuckDB writes them its own way."""
    values = [json.loads(value) if name in ("probabilities", "features") and value is not None else None if isinstance(value, bytes) else value
              for name, value in zip(names, row)]
    return [repr(float(value)) if isinstance(value, (int, float)) else str(value) for value in values]


def parquet(folder):
    """The statement of docs/export.md, and a view of what it makes."""
    line = re.search(r"^(COPY .*)$", (SOURCE / "docs/export.md").read_text(), re.M)[1]
    file = f"{folder}/dynamics.parquet"
    return line.replace("folder/", f"{folder}/csv/").replace("dynamics.parquet", file), f"CREATE VIEW parquet AS FROM '{file}'"


def main():
    with tempfile.TemporaryDirectory() as folder:
        db = make(pathlib.Path(folder))
        views = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'view'").fetchall()
        copy, parquet_view = parquet(folder)
        # As it was exported: a TEMP view, for SQLite alone.
        db.execute("CREATE TEMP VIEW parquet AS SELECT run_id, epoch, instance_id, part, class, predicted, p_true, du, dl, difficulty,"
                   " weight, draws FROM dynamics WHERE run_id IN (1, 2)")
        question = json.dumps({"statements": [*statements(db), copy], "views": [*views, ("parquet", parquet_view)]})
        try:
            done = subprocess.run(["node", DUCKDB], input=question, capture_output=True, text=True, timeout=120)
        except FileNotFoundError:
            done = None
        if done is None or done.returncode == 77:
            print("SKIP: DuckDB needs node and 'npm install @duckdb/node-api' (HACKING.md)\n0 passed, 0 failed, 1 skipped")
            return 0
        if done.returncode != 0:
            print(f"{done.stderr}\n0 passed, 1 failed")
            return 1
        answers = json.loads(done.stdout)
        failures = 0
        for name in answers:
            asked = db.execute(f"SELECT * FROM {name}")
            names = [column[0] for column in asked.description]
            expected = sorted(comparable(row, names) for row in asked)
            answer = answers[name]
            got = sorted(comparable(row, names) for row in answer.get("rows", []))
            known = ("BIGINT", "DOUBLE", "VARCHAR") + ("FLOAT", "USMALLINT") * (name == "parquet")
            blobs = [column for column in answer.get("types", []) if column not in known]
            if "error" in answer or got != expected or expected == [] or blobs != ["BLOB"] * (name == "weights"):
                failures += 1
                differ = [pair for pair in zip(expected, got) if pair[0] != pair[1]][:1]
                print(f"---- {name}: {answer.get('error')}, {len(expected)} rows, {len(got)} in DuckDB, {blobs}: {differ}")
    print(f"{len(answers) - failures} passed, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
