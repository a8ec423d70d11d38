"""(g) Questions to a file of full-length runs: through the stock sqlite3 shell, the same after `hardrow materialize` and with
the extension, through `hardrow sql`, in numpy from `hardrow export --format npy`, and in DuckDB from the Parquet file that
docs/export.md makes."""

import json
import re
import shutil
import statistics
import subprocess
import time

import measure

RUNS = 6


def questions(last):
    return {
        "difficulty curve of one instance":
            "SELECT epoch, p_true, difficulty FROM dynamics WHERE run_id = 2 AND instance_id = 17 ORDER BY epoch",
        "twenty hardest instances":
            f"SELECT instance_id, class, difficulty FROM dynamics WHERE run_id = 2 AND epoch = {last} "
            "ORDER BY difficulty DESC LIMIT 20",
        "two runs compared":
            "SELECT a.class, avg(a.p_true - b.p_true) FROM dynamics AS a JOIN dynamics AS b ON b.instance_id = a.instance_id "
            f"WHERE a.run_id = 1 AND a.epoch = {last} AND b.run_id = 2 AND b.epoch = {last} GROUP BY a.class",
        "accuracy per class and epoch":
            "SELECT epoch, class, avg(CAST(predicted = class AS INT)) FROM dynamics WHERE run_id = 2 GROUP BY epoch, class",
        "forgetting events (LAG)":
            "SELECT instance_id, sum(CAST(before AND NOT now AS INT)) FROM (SELECT instance_id, predicted = class AS now, "
            "lag(predicted = class) OVER (PARTITION BY instance_id ORDER BY epoch) AS before FROM dynamics WHERE run_id = 2) "
            "GROUP BY instance_id",
        "mean and variance of p per instance":
            "SELECT instance_id, avg(p_true), avg(p_true * p_true) - avg(p_true) * avg(p_true) FROM dynamics "
            "WHERE run_id = 2 GROUP BY instance_id",
        "the same, p named once":
            "WITH once AS MATERIALIZED (SELECT instance_id, p_true AS p FROM dynamics WHERE run_id = 2) "
            "SELECT instance_id, avg(p), avg(p * p) - avg(p) * avg(p) FROM once GROUP BY instance_id",
        "mean of p per epoch and part":
            "SELECT epoch, part, avg(p_true) FROM dynamics WHERE run_id = 1 GROUP BY epoch, part",
        "CSV of a run":
            "SELECT epoch, instance_id, class, predicted, p_true, du, dl, difficulty FROM dynamics WHERE run_id = 2",
        "the same means, from instance_summary":
            "SELECT instance_id, p_true_mean, p_true_sd FROM instance_summary WHERE run_id = 2",
    }


def from_arrays(folder, last):
    """The questions that have an answer in numpy: from files to numbers."""
    import numpy as np

    def array(name, run=2):
        return np.load(folder / f"run{run}_{name}.npy", mmap_mode="r")

    axes = json.loads((folder / "run2_axes.json").read_text())
    classes, is_test = np.array(axes["class_of_instance"]), np.array(axes["is_test"])

    def compared():
        differences = array("p_true", 1)[last - 1] - array("p_true")[last - 1]
        return [differences[classes == c].mean() for c in range(len(axes["classes"]))]

    def moments():
        p = array("p_true").astype("f8")
        return p.mean(axis=0), p.var(axis=0)

    def accuracy():
        correct = array("predicted") == classes
        return [correct[:, classes == c].mean(axis=1) for c in range(len(axes["classes"]))]

    def forgetting():
        correct = array("predicted") == classes
        return (correct[:-1] & ~correct[1:]).sum(axis=0)

    return {
        "difficulty curve of one instance": lambda: (array("p_true")[:, 17].copy(), array("difficulty")[:, 17].copy()),
        "twenty hardest instances": lambda: np.argsort(-array("difficulty")[last - 1])[:20],
        "two runs compared": compared,
        "accuracy per class and epoch": accuracy,
        "forgetting events (LAG)": forgetting,
        "mean and variance of p per instance": moments,
        "mean of p per epoch and part": lambda: [array("p_true", 1)[:, is_test == part].mean(axis=1, dtype="f8") for part in (0, 1)],
    }


def median_of_numpy(answer, rounds):
    seconds = []
    for _ in range(rounds):
        start = time.process_time()
        answer()
        seconds.append(time.process_time() - start)
    return statistics.median(seconds)


def ask_duckdb(bench, last, rounds):
    """{question: median} from Parquet, {} without DuckDB for node; the line that makes it is that of docs/export.md."""
    line = re.search(r"^(COPY .*)$", (measure.ROOT / "docs" / "export.md").read_text(), re.M)[1]
    parquet = bench.file("dynamics.parquet")
    line = line.replace("folder/", f"{bench.folder}/csv/").replace("dynamics.parquet", str(parquet))
    asked = {name: sql for name, sql in questions(last).items() if "instance_summary" not in sql}
    text = json.dumps({"setup": [line, f"CREATE VIEW dynamics AS FROM '{parquet}'"], "questions": asked, "rounds": rounds})
    try:
        done = subprocess.run(["node", measure.ROOT / "bench" / "duckdb.js"], input=text, capture_output=True, text=True)
    except FileNotFoundError:
        return {}
    if done.returncode != 0:
        return {} if done.returncode == 77 else exit(done.stderr)
    csv = sum(path.stat().st_size for path in (bench.folder / "csv").iterdir())
    print(f"CSV of runs 1 and 2, {csv / 1e6:.0f} MB, as Parquet: {parquet.stat().st_size / 1e6:.0f} MB")
    return {name: statistics.median(seconds) for name, seconds in json.loads(done.stdout).items()}


def run(bench):
    last = 40 if bench.quick else 200
    rounds = bench.rounds if bench.quick else 3
    db = bench.file("queries.db")
    for seed in range(RUNS):
        bench.train(db, "robot", last, "--seed", seed, "--method", "difficulty" if seed % 2 else "base")
    plain = bench.file("plain.db")
    shutil.copyfile(db, plain)
    bench.run(bench.hardrow, "materialize", 1, 2, "--db", plain)
    for form in ("csv", "npy"):
        bench.run(bench.hardrow, "export", 1, 2, "--what", "dynamics", "--format", form, "--out", bench.folder / form, "--db", db)
    print(f"(g) {RUNS} runs of robot, {last} epochs each, {db.stat().st_size / 1e6:.0f} MB"
          f" ({plain.stat().st_size / 1e6:.0f} with plain rows of two); CPU seconds of the process, of numpy and DuckDB"
          " (one thread) of the question alone")
    extension = f".load {bench.hardrow.parent / 'src' / 'db' / 'libhardrow_sqlite'}"
    arrays, duckdb = from_arrays(bench.folder / "npy", last), ask_duckdb(bench, last, rounds)
    rows = []
    for name, sql in questions(last).items():
        values = measure.medians(rounds, {
            "sqlite3": lambda sql=sql: bench.cpu("sqlite3", "-csv", "-readonly", db, sql),
            "materialized": lambda sql=sql: bench.cpu("sqlite3", "-csv", "-readonly", plain, sql),
            "extension": lambda sql=sql: bench.cpu("sqlite3", "-csv", "-readonly", "-cmd", extension, db, sql),
            "hardrow sql": lambda sql=sql: bench.cpu(bench.hardrow, "sql", sql, "--format", "csv", "--db", db),
        })
        values["numpy"] = median_of_numpy(arrays[name], rounds) if name in arrays else None
        values["DuckDB"] = duckdb.get(name)
        rows.append([name, *("-" if value is None else f"{value:.3f}" for value in values.values())])
    measure.print_table(["", *values], rows)
