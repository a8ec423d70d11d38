"""(g) Questions to a file of full-length runs: through the stock sqlite3 shell, the same after `hardrow materialize`, and
through `hardrow sql`."""

import shutil

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
            "SELECT epoch, class, avg(predicted = class) FROM dynamics WHERE run_id = 2 GROUP BY epoch, class",
        "forgetting events (LAG)":
            "SELECT instance_id, sum(before AND NOT now) FROM (SELECT instance_id, predicted = class AS now, "
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


def run(bench):
    last = 40 if bench.quick else 200
    db = bench.file("queries.db")
    for seed in range(RUNS):
        bench.train(db, "robot", last, "--seed", seed, "--method", "difficulty" if seed % 2 else "base")
    plain = bench.file("plain.db")
    shutil.copyfile(db, plain)
    bench.run(bench.hardrow, "materialize", 1, 2, "--db", plain)
    print(f"(g) {RUNS} runs of robot, {last} epochs each, {db.stat().st_size / 1e6:.0f} MB"
          f" ({plain.stat().st_size / 1e6:.0f} with plain rows of two); wall time of the process, s")
    rows = []
    for name, sql in questions(last).items():
        values = measure.medians(bench.rounds if bench.quick else 3, {
            "sqlite3": lambda sql=sql: bench.run("sqlite3", "-csv", "-readonly", db, sql, discard=True)[0],
            "materialized": lambda sql=sql: bench.run("sqlite3", "-csv", "-readonly", plain, sql, discard=True)[0],
            "hardrow sql": lambda sql=sql: bench.run(bench.hardrow, "sql", sql, "--format", "csv", "--db", db,
                                                     discard=True)[0],
        })
        rows.append([name, *(f"{value:.3f}" for value in values.values()), f"{values['sqlite3'] / values['hardrow sql']:.1f}"])
    measure.print_table(["", *values, "ratio"], rows)
