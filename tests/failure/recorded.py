"""What must be so of every recorded file, whatever happened to the program that wrote it; with stock SQLite."""

import contextlib
import math
import sqlite3

# Rows of an epoch without the epoch, and runs without a whole summary.
ORPHANS = {
    "class_epoch": "SELECT count(*) FROM class_epoch AS c WHERE NOT EXISTS"
                   " (SELECT 1 FROM epoch AS e WHERE e.run_id = c.run_id AND e.epoch = c.epoch)",
    "weight": "SELECT count(*) FROM weight AS w WHERE w.epoch > 0 AND NOT EXISTS"
              " (SELECT 1 FROM epoch AS e WHERE e.run_id = w.run_id AND e.epoch = w.epoch)",
    "instance_summary": "SELECT count(*) FROM run AS r JOIN dataset AS d USING (dataset_id) WHERE r.status = 'done'"
                        " AND (SELECT count(*) FROM instance_summary AS s WHERE s.run_id = r.run_id) <> d.instances",
    "gaps": "SELECT count(*) FROM (SELECT count(*) AS epochs, max(epoch) AS last FROM epoch GROUP BY run_id"
            " HAVING epochs <> last)",
}
# A file of before regressions.
CLASSES_ONLY = {"{task}": "'classification'", "{shots}": "0", "{residual}": "NULL"}
WITH_NUMBERS = {"{task}": "d.task", "{residual}": "length(residual)",
                "{shots}": "(SELECT count(*) FROM regression_epoch AS n WHERE n.run_id = e.run_id AND n.epoch = e.epoch)"}
# One row an epoch, with what it must have.
EPOCHS = """
    SELECT e.run_id, e.epoch, e.first_block, r.block_instances, d.instances, d.classes, {task},
           (SELECT count(*) FROM class_epoch AS c WHERE c.run_id = e.run_id AND c.epoch = e.epoch), {shots}
    FROM epoch AS e JOIN run AS r USING (run_id) JOIN dataset AS d USING (dataset_id)"""
BLOCKS = """
    SELECT block_id, length(predicted), length(difficulty), length(weight), length(du), length(dl), length(draws), length(p),
           {residual}
    FROM block"""


def lengths(instances, classes):
    """Of the blobs of a block, in the order of BLOCKS; without classes it is one of a regression."""
    return (2 * instances if classes else 0, 4 * instances, 4 * instances, 4 * instances, 4 * instances, 2 * instances,
            4 * instances * classes, None if classes else 4 * instances)


def epochs_problem(connection):
    """An epoch that is there in part, a block of none."""
    def ask(query):
        for name, words in (WITH_NUMBERS if knows_numbers else CLASSES_ONLY).items():
            query = query.replace(name, words)
        return connection.execute(query)

    knows_numbers = connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'regression_epoch'").fetchone()[0]
    blocks = {row[0]: row[1:] for row in ask(BLOCKS)}
    for run, epoch, first, size, instances, classes, task, rows, shots in ask(EPOCHS):
        name = f"run {run}, epoch {epoch}"
        wanted = (0, 8) if task == "regression" else (classes, 0)
        if (rows, shots) != wanted:
            return f"{name}: {rows} and {shots} rows in class_epoch and regression_epoch, not {wanted}"
        if first is None:
            continue
        for number in range(math.ceil(instances / size)):
            wanted = lengths(min(size, instances - number * size), 0 if task == "regression" else classes)
            found = blocks.pop(first + number, None)
            if found != wanted:
                return f"{name}: block {first + number} has {found}, not {wanted}"
    return f"blocks of no epoch: {sorted(blocks)[:5]}" if blocks else None


def problem_of(db):
    """What is wrong with the file, or None. One without tables yet is right."""
    with contextlib.closing(sqlite3.connect(db, timeout=30)) as connection:
        try:
            answer = connection.execute("PRAGMA integrity_check").fetchone()[0]
        except sqlite3.DatabaseError as error:
            answer = error
        if answer != "ok":
            return f"integrity_check: {answer}"
        if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
            return "foreign_key_check"
        if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
            count = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
            return f"{count} tables without a version" if count else None
        for name, query in ORPHANS.items():
            count = connection.execute(query).fetchone()[0]
            if count:
                return f"{name}: {count}"
        return epochs_problem(connection)


def epochs_of(connection):
    """Run and number of every epoch."""
    return set(connection.execute("SELECT run_id, epoch FROM epoch"))
