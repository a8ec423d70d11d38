"""(k) `hardrow export` of a run of robot, against writing the same bytes: from memory into one new file on the same disk, 64 KB
at a time, with fsync(), which the export does, too; and without."""

import os
import shutil
import time

import measure


def write(bench, data, with_sync):
    path = bench.file("raw")
    view = memoryview(data)
    start = time.perf_counter()
    file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    for at in range(0, len(data), 65536):
        os.write(file, view[at:at + 65536])
    if with_sync:
        os.fsync(file)
    os.close(file)
    return time.perf_counter() - start


def run(bench):
    epochs = 40 if bench.quick else 200
    db, folder = bench.file("exported.db"), bench.folder / "exported"
    bench.train(db, "robot", epochs)
    bench.train(db, "robot", epochs // 4)
    sizes = dict(measure.read(db, "SELECT 'dynamics', 12 * count(*) FROM dynamics WHERE run_id = 1"
                                  " UNION ALL SELECT 'predictions', 5 * count(*) FROM predictions WHERE run_id = 1"))
    print(f"(k) exporting a run of robot, {epochs} epochs; peak memory in brackets that of a run of a quarter of the epochs")
    rows = []
    for what, values in sizes.items():
        for form in ("csv", "jsonl", "npy"):
            def command(run):
                return [bench.hardrow, "export", run, "--what", what, "--format", form, "--out", folder, "--force", "--db", db]

            peaks = [bench.peak_memory(command(run)) / 1e6 for run in (2, 1)]
            cpu = bench.cpu(*command(1))
            data = b"".join(path.read_bytes() for path in folder.iterdir() if path.name.startswith("run1_"))

            def export():
                shutil.rmtree(folder)
                return bench.run(*command(1))[0]

            seconds = measure.medians(bench.rounds, {"export": export, "synced": lambda: write(bench, data, True),
                                                      "written": lambda: write(bench, data, False)})
            rows.append([f"{what}, {form}", f"{len(data) / 1e6:.0f}", f"{seconds['export']:.3f}", f"{cpu:.3f}",
                         f"{values / seconds['export'] / 1e6:.0f}", f"{seconds['export'] / seconds['synced']:.1f}",
                         f"{seconds['export'] / seconds['written']:.1f}",
                         f"{peaks[1]:.0f} ({peaks[0]:.0f})"])
            shutil.rmtree(folder)
    measure.print_table(["", "MB", "s", "CPU s", "million values/s", "times write and fsync", "times write", "peak MB"], rows)
