#!/usr/bin/env python3
"""hostile_json.py PROGRAM: SQLite 3.40 takes an object or a list for a key, and crashes when it looks for another key there.

Each column of JSON gets such a text; every command that reads it answers or says what is wrong, and no view hands it on.
The last line is `N passed, N failed`."""
import os
import sqlite3
import subprocess
import sys
import tempfile

HARDROW = os.path.abspath(sys.argv[1])
DATASETS = os.path.join(os.environ["HARDROW_SOURCE"], "datasets")
# An object of n nodes meets a name of n - 2 letters: 3 (any fullkey), 5 ("model") and 7 ("floor").
TEXTS = ['{{"a":[' + ",".join(['"b"'] * count) + ']}:0}' for count in (1, 3, 5)] + ['{["x"]:"model"}', '{"x":{{"a":["b"]}:0}}']
TEXTS += ['[{{"a":["b"]}:0}]', '[[{{"a":["b"]}:0}]]', '{"x":[{{"a":["b"]}:0}]}']
COLUMNS = [("run", "settings"), ("run", "argv"), ("run", "chosen")]
CALLS = [
    ["show", "1"], ["report", "loss-and-difficulty", "--run", "1"], ["report", "accuracy-table"], ["report", "hardest"], ["report", "slices"],
    ["report", "accuracy-table", "--explain", "Iris", "base"], ["influence", "--run", "1", "--instance", "0"],
    ["sql", "SELECT settings ->> 'floor', argv -> 'ab', chosen ->> '$.tau', features -> '$.abc' FROM runs JOIN instances USING (dataset_id)"],
    ["sql", "SELECT r.settings ->> 'floor', argv -> 'ab', json_extract(chosen, '$.tau'), f.value FROM run AS r, json_tree(settings) AS f"],
    ["sql", "WITH own AS (SELECT * FROM run) SELECT settings -> '$.abc', argv ->> 'abcde', chosen -> 'abc' FROM own"],
    ["sql", "SELECT settings, argv, chosen FROM run"],
    *(["sql", f"{table} SELECT settings -> '$.x[0].abc', argv -> '$[0].abc', argv -> '$[0][0].abc', chosen -> '$.x[0].abc',"
       f" {features} FROM runs JOIN instances USING (dataset_id)"]
      for features in ("features -> '$[0].abc', features -> '$[0][0].abc'", "1")
      for table in ("", "WITH runs AS (SELECT * FROM run)", 'WITH "RUNS"AS NOT MATERIALIZED(SELECT * FROM run)',
                    "WITH instances AS (SELECT *, '' AS features FROM instance)")),
    ["sql", "WITH RECURSIVE epochs (f) AS (SELECT chosen -> '$[0].abc' FROM run) SELECT * FROM epochs"],
    ["sql", "WITH epochs (f) AS (SELECT chosen FROM run) SELECT f -> '$[0].abc' FROM epochs"],
    ["adjust", "1", "--adjustment", "post-hoc"], ["resume", "1"], ["sweep", "s.ini", "-q", "--data-dir", DATASETS],
]
passed = failed = 0

with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    with open("s.ini", "w") as file:
        file.write("[sweep]\nname = s\ndatasets = iris\nmethods = base\n[settings]\nepochs = 2\nrecord-weights = every:1\n")
    subprocess.run([HARDROW, "sweep", "s.ini", "-q", "--data-dir", DATASETS, "--db", "good.db"], check=True, stdout=subprocess.DEVNULL)
    with open("good.db", "rb") as file:
        good = file.read()
    for table, column in COLUMNS:
        for text in TEXTS:
            with open("bad.db", "wb") as file:
                file.write(good)
            with sqlite3.connect("bad.db") as connection:
                connection.execute(f"UPDATE {table} SET {column} = ?", (text,))
            connection.close()
            for call in CALLS:
                done = subprocess.run([HARDROW, *call, "--db", "bad.db"], capture_output=True)
                good_end = done.returncode in (0, 1, 2)
                passed, failed = passed + good_end, failed + (not good_end)
                if not good_end:
                    print(f"{table}.{column} = {text}: {call}: {done.returncode} {done.stderr!r}")

print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
