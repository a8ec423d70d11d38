"""(m) `hardrow merge` of a file into a new one, against `cp` of the same file with sync: wall time, and the processor time of both, which a
busy machine does not make longer."""

import measure


def run(bench):
    epochs = 1000 if bench.quick else 4000
    db, into, copy = (bench.file(name) for name in ("from.db", "into.db", "copy.db"))
    for seed in range(3):
        bench.train(db, "balance-scale", epochs, "--seed", seed)
    megabytes = db.stat().st_size / 1e6

    def merge():
        into.unlink(missing_ok=True)
        return bench.run(bench.hardrow, "merge", into, db)[0]

    def plain_copy():
        return bench.run("sh", "-c", f"cp '{db}' '{copy}' && sync '{copy}'")[0]

    seconds = measure.medians(bench.rounds, {"merge": merge, "cp and sync": plain_copy})
    into.unlink()
    cpu = {"merge": bench.cpu(bench.hardrow, "merge", into, db),
           "cp and sync": bench.cpu("sh", "-c", f"cp '{db}' '{copy}' && sync '{copy}'")}
    print(f"(m) merging {megabytes:.0f} MB into a new file")
    measure.print_table(["", "s", "MB/s", "CPU s", "MB/CPU s"],
                        [[name, f"{seconds[name]:.2f}", f"{megabytes / seconds[name]:.0f}", f"{cpu[name]:.2f}", f"{megabytes / cpu[name]:.0f}"]
                         for name in seconds])
