"""(e) The table4 sweep with one job and with two, against PyTorch and sqlite3 on the same work."""

import resource
import sqlite3
import statistics
import time

import baselines
import measure


def pytorch_run(bench, dataset, epochs):
    """Seconds of an epoch of PyTorch with evaluation, du, dl and D; and of recording it with executemany."""
    x, y = bench.load(dataset)
    model = baselines.Torch(x, y, difficulty=True)
    model.epoch()
    start = time.perf_counter()
    for _ in range(epochs):
        model.epoch()
    trained = (time.perf_counter() - start) / epochs

    k = model.p.shape[1]
    db = sqlite3.connect(bench.file("pytorch.db"), isolation_level=None)
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("CREATE TABLE instance_epoch (epoch, instance, predicted, du, dl, difficulty, "
               + ", ".join(f"p{j}" for j in range(k)) + ")")
    insert = f"INSERT INTO instance_epoch VALUES (?, ?, ?, ?, ?, ?{', ?' * k})"
    start = time.perf_counter()
    for epoch in range(epochs):
        difficulty = model.difficulty
        series = [model.predicted, difficulty.du, difficulty.dl, difficulty.value, *model.p.T]
        db.execute("BEGIN")
        db.executemany(insert, zip([epoch] * len(y), range(len(y)), *(values.tolist() for values in series)))
        db.execute("COMMIT")
    recorded = (time.perf_counter() - start) / epochs
    db.close()
    return trained, recorded


def processor_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(bench):
    splits = 2 if bench.quick else 10
    file = measure.ROOT / "experiments" / "table4.ini"
    busy = {}

    def hardrow(jobs):
        def once():
            before = processor_seconds()
            seconds = bench.run(bench.hardrow, "sweep", file, "--quiet", "--splits", splits, "--jobs", jobs, "--db",
                                bench.file(f"sweep{jobs}.db"), "--data-dir", bench.data_dir)[0]
            busy.setdefault(jobs, []).append((processor_seconds() - before) / seconds)
            return seconds

        return once

    values = measure.medians(1 if bench.quick else 3, {"hardrow --jobs 1": hardrow(1), "hardrow --jobs 2": hardrow(2)})
    work = measure.read(bench.folder / "sweep1.db", """
        SELECT dataset, sum(trained), sum(recorded) FROM (
          SELECT r.run_id, r.dataset, count(*) AS trained, sum(recorded) AS recorded
          FROM runs AS r JOIN epochs AS e ON e.run_id = r.run_id GROUP BY r.run_id)
        GROUP BY dataset""")
    training = recording = 0.0
    for dataset, trained, recorded in work:
        train_seconds, record_seconds = pytorch_run(bench, dataset, 3 if bench.quick else 10)
        training += trained * train_seconds
        recording += recorded * record_seconds
    values["PyTorch + sqlite3, one process (extrapolated)"] = training + recording
    measure.print_ratios(f"(e) experiments/table4.ini --splits {splits}: {sum(row[1] for row in work)} epochs, "
                         f"{sum(row[2] for row in work)} of them recorded", "s", values, "hardrow --jobs 1")
    print(f"  the second job gains {values['hardrow --jobs 1'] / values['hardrow --jobs 2']:.2f} times; processors busy: "
          f"{statistics.median(busy[1]):.2f} with one job, {statistics.median(busy[2]):.2f} with two")
    print(f"  PyTorch's is extrapolated from a few epochs of each data set (training {training:.0f} s, recording "
          f"{recording:.0f} s);\n  it trains with SGD on all rows, which is less than the sweep's Adam and metrics.")
