#!/usr/bin/env python3
"""embed_test.py EMBED: what the generator of the embedded .sql files refuses, and what its macros become."""
import pathlib
import sqlite3
import struct
import subprocess
import sys
import tempfile

VIEWS = "CREATE VIEW v AS\nSELECT 1;\n"
GOOD = {"migrations/0001_init.sql": "", "migrations/0002_add_mood.sql": "", "reports/a-b.sql": "SELECT 1", "views.sql": VIEWS,
        "series.h": "X(ID, mark, mark_shown, TALLY, INSTANCE, BOTH) \\\n",
        "metrics.h": '\tX("good", good, MORE, BOTH) \\\n\tX("bad-one", bad, LESS, TEST)\n',
        "regression.h": '#define REGRESSION_NOTE "ours, not the paper\'s"\n'}

# What is changed in GOOD (None: the file is away), files left out of the lists, words of the refusal ("": accepted).
CASES = [
    ({}, [], ""),
    ({"migrations/notes.txt": ""}, ["migrations/notes.txt"], ""),
    ({"migrations/0002_add_mood.sql": None, "migrations/0003_x.sql": ""}, [], "number 0002 is missing"),
    ({"migrations/0001_again.sql": ""}, [], "missing or there twice"),
    ({"migrations/0000_x.sql": ""}, [], "missing or there twice"),
    ({"migrations/3_x.sql": ""}, [], "a migration is called"),
    ({"migrations/0003_Bad.sql": ""}, [], "a migration is called"),
    ({"migrations/0003.sql": ""}, [], "a migration is called"),
    ({}, ["migrations/0002_add_mood.sql"], "is not in the list"),
    ({"reports/stray.sql": ""}, ["reports/stray.sql"], "is not in the list"),
    ({"reports/Bad_name.sql": ""}, [], "a report is called"),
    ({"reports/c.sql": b"\xff"}, [], "reports/c.sql"),
    ({"reports/c.sql": "a\r\n"}, [], "carriage return"),
    ({"reports/c.sql": "a\0"}, [], "NUL"),
    ({"views.sql": ""}, [], "no view"),
    ({"views.sql": VIEWS + VIEWS}, [], "two of one name"),
    ({"views.sql": VIEWS + "DROP TABLE run;\n"}, [], "not 'CREATE VIEW"),
    ({"views.sql": "CREATE VIEW v AS\nSELECT f32(a);\n"}, [], "takes 2 arguments, not 1"),
    ({"views.sql": "CREATE VIEW v AS\nSELECT u16(a, (b);\n"}, [], "')' is missing"),
    ({"series.h": ""}, [], "series.h: no rows"),
    ({"metrics.h": GOOD["metrics.h"] + '\tX("c", c, BEST, TEST)\n'}, [], "metrics.h: no rows, or one of another form"),
    ({"regression.h": '#define REGRESSION_NOTE "a \\"b"\n'}, [], "regression.h: no REGRESSION_NOTE, or one of another form"),
    ({"reports/c.sql": "SELECT metric_value(:metric, both)"}, [], "c.sql: 'both' is no part"),
    ({"reports/c.sql": "SELECT metric_value(:metric)"}, [], "c.sql: metric_value() takes 2 arguments"),
]


def run(embed, folder, unlisted=()):
    """Runs the generator in a folder; the C text (None if refused) and the message."""
    listed = sorted(path for path in folder.rglob("*.sql") if str(path.relative_to(folder)) not in unlisted)
    output = folder / "sql.c"
    done = subprocess.run(
        [sys.executable, embed, "--output", output, "--views", folder / "views.sql", "--series", folder / "series.h",
         "--metrics", folder / "metrics.h", "--regression", folder / "regression.h",
         "--migrations", *(path for path in listed if path.parent.name == "migrations"),
         "--reports", *(path for path in listed if path.parent.name == "reports")],
        capture_output=True, text=True)
    if (done.returncode == 0) != output.exists():
        return None, "the output is there though refused, or not there though accepted"
    return output.read_text() if done.returncode == 0 else None, done.stderr


def write(folder, files):
    for name, content in files.items():
        if content is not None:
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())


def check_case(embed, changes, unlisted, words):
    with tempfile.TemporaryDirectory() as name:
        write(pathlib.Path(name), {**GOOD, **changes})
        text, message = run(embed, pathlib.Path(name), unlisted)
        return (text is not None and words == "") or (text is None and words != "" and words in message), message


def entry(text, name):
    """The text of a file in the generator's C."""
    start = text.index(f'{{ "{name}",') + len(f'{{ "{name}",')
    literal = text[start:text.index(" },\n", start)]
    return "".join(eval(line.strip().replace("\\?", "?")) for line in literal.strip().splitlines())


def check_metrics(embed):
    """What the macros of the metrics become."""
    report = "-- param m: metric_names(test)|x\nSELECT metric_value(:m, test), metric_value(:m, train), metric_sign(:m), regression_note(t) FROM (VALUES metric_rows(test))"
    expanded = ("-- param m: good|bad-one|x\nSELECT CASE :m WHEN 'good' THEN test_good WHEN 'bad-one' THEN test_bad END,"
                " CASE :m WHEN 'good' THEN train_good END, iif(:m IN ('bad-one'), -1, 1), iif(t = 'regression', 'ours, not the paper''s', NULL)"
                " FROM (VALUES (1, 'good'), (2, 'bad-one'))")
    with tempfile.TemporaryDirectory() as name:
        write(pathlib.Path(name), {**GOOD, "reports/c.sql": report})
        text, message = run(embed, pathlib.Path(name))
    found = text and entry(text, "c")
    return found == expanded, message or found


def check_macros(embed):
    """The expanded SQL, run by SQLite, decodes nested calls with commas and brackets in their arguments, and tells time."""
    view = ("CREATE VIEW v AS\nSELECT f32(substr(b, 1, 12), u16(c, (0 + 1))) AS x, 'f32' AS \"?\\\","
            " quotient(ms, 4) = ms / 4 AS q, utc(ms), strftime('%Y-%m-%dT%H:%M:%fZ', ms / 1000.0, 'unixepoch')\nFROM t;\n")
    with tempfile.TemporaryDirectory() as name:
        write(pathlib.Path(name), {**GOOD, "views.sql": "-- f32(comment\n" + view})
        text, message = run(embed, pathlib.Path(name))
    if text is None:
        return False, message
    sql = entry(text, "v")
    connection = sqlite3.connect(":memory:")
    connection.executescript(
        "CREATE TABLE float32_scale (exponent INTEGER PRIMARY KEY, scale REAL, hidden_bit INTEGER);"
        "INSERT INTO float32_scale VALUES (256 + 127, -1.0 / 8388608, 8388608); CREATE TABLE t (b, c, ms)")
    numbers = (struct.pack("<3f", 0, 0, -1.75), struct.pack("<2H", 9, 2))
    # The ends of months and days up to 2110, and the last year.
    moments = [day * 86400000 + ms for day in range(0, 51500) for ms in (0, 12345678, 86399999)] + [253402300799999]
    connection.executemany("INSERT INTO t VALUES (?, ?, ?)", [(*numbers, ms) for ms in moments])
    connection.execute(sql)
    for number, (x, name, is_quotient, ours, theirs) in enumerate(connection.execute("SELECT * FROM v")):
        if (x, name, is_quotient, ours) != (-1.75, "f32", 1, theirs):
            return False, (moments[number], x, name, is_quotient, ours, theirs)
    connection.execute("DELETE FROM t")
    connection.executemany("INSERT INTO t (ms) VALUES (?)", [(-1,), (253402300800000,), (None,), (2**63 - 1,)])
    beyond = [row[3] for row in connection.execute("SELECT * FROM v")]
    return number == len(moments) - 1 and beyond == [None] * 4, beyond


def main():
    embed = sys.argv[1]
    results = [(case, check_case(embed, *case)) for case in CASES] + [("macros", check_macros(embed)), ("metrics", check_metrics(embed))]
    failed = [(case, message) for case, (good, message) in results if not good]
    for case, message in failed:
        print(f"{case}: {message}")
    print(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
