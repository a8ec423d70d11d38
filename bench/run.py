#!/usr/bin/env python3
"""Benchmarks of hardrow, side by side with others on this machine: bench/run.py [--quick] [SECTION…]

  a  one recorded epoch against fwrite, SQLite rows and Python's executemany
  b  one epoch of training against numpy, scikit-learn and PyTorch, one thread each
  c  training with full recording against none
  d  bytes per instance-epoch
  e  the table4 sweep with one and two jobs, and what the second one gains, against PyTorch + sqlite3 (extrapolated)
  f  peak memory
  g  questions through the stock sqlite3 shell, plain rows, the extension, `hardrow sql`, numpy and DuckDB
  h  one epoch of an MLP against numpy, scikit-learn and PyTorch, one thread each, then two
  i  reading a file of numbers against pandas
  j  the way to the minimum by L-BFGS against scikit-learn
  k  exporting a run against writing the same bytes
  l  the nearest neighbours of 25,000 rows against scikit-learn
  m  merging a file against cp
  n  1,000,000 rows, and 1,000 classes: what takes time besides the epochs, and memory
  p  logging from Python, and reading back, against np.save, JSON lines, CSV and SQL
"""

import argparse
import os
import pathlib
import platform

# Before numpy and torch are loaded: one thread each. OpenMP's that wait for work sleep: PyTorch is slower where they keep
# OpenBLAS's from the processors.
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[library + "_NUM_THREADS"] = "1"
os.environ["OMP_WAIT_POLICY"] = "passive"

import epochs
import exporting
import large
import logged
import measure
import merging
import neighbours
import networks
import optimum
import queries
import reading
import recording
import sweep

SECTIONS = {"a": recording.run_a, "b": epochs.run, "c": recording.run_c, "d": recording.run_d, "e": sweep.run,
            "f": recording.run_f, "g": queries.run, "h": networks.run, "i": reading.run, "j": optimum.run,
            "k": exporting.run, "l": neighbours.run, "m": merging.run, "n": large.run, "p": logged.run}


def machine():
    names = [line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name")]
    return f"{names[0] if names else platform.machine()}, {os.cpu_count()} processors, Linux {platform.release()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help="a to n, p; all without")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: rough numbers")
    parser.add_argument("--hardrow", default=measure.ROOT / "build" / "hardrow", help="the program (default build/hardrow)")
    parser.add_argument("--data-dir", default=measure.ROOT.parent / "shared" / "datasets",
                        help="folder with iris.csv, cmc.csv, robot.csv and the others (default ../shared/datasets)")
    arguments = parser.parse_args()
    if set(arguments.sections) - set(SECTIONS):
        parser.error(f"sections are {' '.join(SECTIONS)}")
    bench = measure.Bench(arguments.hardrow, arguments.data_dir, arguments.quick)
    print(f"{machine()}; medians of {bench.rounds} rounds unless said otherwise")
    for section in arguments.sections or SECTIONS:
        print()
        SECTIONS[section](bench)


main()
