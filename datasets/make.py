#!/usr/bin/env python3
"""Makes the bundled CSVs from Debian packages (Debian 12) and checks them against catalogue.ini.

    datasets/make.py [FOLDER]     writes sonar.csv, balance-scale.csv, ... into FOLDER (default: this script's own)

Needs apt-get and dpkg-deb, no root. A file is written only if its sha256 is the catalogue's. The values are those of
UCI's files, written as UCI writes them (70.0, not 70; .28, not 0.28): where a package writes a number otherwise, the
reader below restores UCI's form.
"""

import configparser
import csv
import gzip
import hashlib
import itertools
import lzma
import pathlib
import struct
import subprocess
import sys
import tempfile

PACKAGES = ["weka", "python3-sklearn", "r-cran-mlbench", "r-cran-ddalpha"]
HERE = pathlib.Path(__file__).resolve().parent


def unpack_packages(folder):
    # Unsandboxed: apt's own user could not write into a temporary folder of root's.
    download = ["apt-get", "-o", "APT::Sandbox::User=root", "download", *PACKAGES]
    subprocess.run(download, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    for package in sorted(folder.glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
    return folder / "usr"


def read_rda(path, levels):
    """Rows of the one data frame in an R workspace (XDR): columns of doubles, then a factor as the last one."""
    data = lzma.decompress(path.read_bytes())
    # A list with attributes (0x313), then its columns, each a type word, a length and the values.
    offset = data.index(b"\x00\x00\x03\x13") + 4
    (count,) = struct.unpack_from(">i", data, offset)
    offset += 4
    columns = []
    for j in range(count):
        kind, length = struct.unpack_from(">ii", data, offset)
        code = "d" if kind & 0xFF == 14 else "i"
        columns.append(struct.unpack_from(f">{length}{code}", data, offset + 8))
        offset += 8 + struct.calcsize(f">{length}{code}")
    return [[*row[:-1], levels[row[-1] - 1]] for row in zip(*columns)]


def sonar(usr):
    for row in read_rda(usr / "lib/R/site-library/mlbench/data/Sonar.rda", "MR"):
        yield [f"{value:.4f}" for value in row[:-1]] + row[-1:]


def glass(usr):
    for row in read_rda(usr / "lib/R/site-library/mlbench/data/Glass.rda", "123567"):
        yield [f"{row[0]:.5f}"] + [f"{value:.2f}" for value in row[1:-1]] + row[-1:]


def heart(usr):
    with gzip.open(usr / "lib/R/site-library/ddalpha/data/heart.txt.gz", "rt") as file:
        for line in itertools.islice(file, 1, None):
            *values, label = line.split()
            yield [f"{float(value):.1f}" for value in values] + [label]


def iris(usr):
    lines = (usr / "share/doc/weka/examples/iris.arff").read_text().splitlines()
    for line in lines[lines.index("@DATA") + 1 :]:
        if line and not line.startswith("%"):
            yield line.split(",")


def wine(usr):
    with open(usr / "lib/python3/dist-packages/sklearn/datasets/data/wine_data.csv") as file:
        for number, row in enumerate(itertools.islice(csv.reader(file), 1, None), 1):
            *values, label = [value[1:] if value.startswith("0.") else value for value in row]
            # UCI's color_intensity has a closing zero in these three rows only.
            if number in (50, 150, 151):
                values[9] += "0"
            yield values + [str(int(label) + 1)]


def diabetes(usr):
    folder = usr / "lib/python3/dist-packages/sklearn/datasets/data"
    with gzip.open(folder / "diabetes_data_raw.csv.gz", "rt") as rows, gzip.open(folder / "diabetes_target.csv.gz", "rt") as targets:
        for row, target in zip(rows, targets):
            yield row.split() + [str(int(float(target)))]


def balance_scale(_):
    for left_weight, left_distance, right_weight, right_distance in itertools.product(range(1, 6), repeat=4):
        left, right = left_weight * left_distance, right_weight * right_distance
        label = "L" if left > right else "R" if left < right else "B"
        yield [str(v) for v in (left_weight, left_distance, right_weight, right_distance)] + [label]


# Name in the catalogue: reader, names of the features (the catalogue says what the label column is called).
BUNDLED = {
    "sonar": (sonar, [f"attribute_{j}" for j in range(1, 61)]),
    "balance-scale": (balance_scale, ["left_weight", "left_distance", "right_weight", "right_distance"]),
    "glass": (glass, ["ri", "na", "mg", "al", "si", "k", "ca", "ba", "fe"]),
    "heart": (
        heart,
        ["age", "sex", "chest_pain_type", "resting_blood_pressure", "serum_cholestoral", "fasting_blood_sugar"]
        + ["resting_electrocardiographic_results", "maximum_heart_rate_achieved", "exercise_induced_angina"]
        + ["oldpeak", "slope_of_peak_exercise_st_segment", "number_of_major_vessels", "thal"],
    ),
    "iris": (iris, ["sepal_length", "sepal_width", "petal_length", "petal_width"]),
    "diabetes": (diabetes, ["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"]),
    "wine": (
        wine,
        ["alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids"]
        + ["nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280_od315_of_diluted_wines"]
        + ["proline"],
    ),
}


def main():
    target = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    catalogue = configparser.ConfigParser(interpolation=None)
    catalogue.read(HERE / "catalogue.ini")
    with tempfile.TemporaryDirectory() as folder:
        usr = unpack_packages(pathlib.Path(folder))
        texts = {
            name: "".join(",".join(row) + "\n" for row in [[*header, catalogue[name]["label"]], *read(usr)]).encode()
            for name, (read, header) in BUNDLED.items()
        }
    for name, text in texts.items():
        if hashlib.sha256(text).hexdigest() != catalogue[name]["sha256"]:
            sys.exit(f"{name}: another sha256 than the catalogue's; nothing was written")
    for name, text in texts.items():
        (target / catalogue[name]["file"]).write_bytes(text)
        print(f"{target / catalogue[name]['file']}: {text.count(10) - 1} rows, sha256 as in the catalogue")


if __name__ == "__main__":
    main()
