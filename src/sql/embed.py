#!/usr/bin/env python3
"""Turns the project's .sql files into one C source file: see sql.h for the tables it defines.

    embed.py --output FILE.c --views schema/views.sql --series src/db/series.h --metrics src/db/metrics.h
             --regression src/rebalance/regression.h --migrations migrations/*.sql [--reports reports/*.sql]

The file lists come from the build file. Refused: a gap in the numbers of the migrations, a .sql file in one of the
folders that is not listed, a name of the wrong form, a text that is not UTF-8, views.sql that is not a sequence of
CREATE VIEW statements. Everything is composed in memory; the output is written last.

In views.sql these macros stand for core SQL (index from 0, little-endian, as the blobs of table block are). What they
become must also mean the same in DuckDB with docs/duckdb.sql, where / is no integer division, blobs have no length(),
and substr(), instr() and printf() are those of that file: texts are cut by substring().
    f32(blob, index)   float32 number `index` as REAL, exact; NULL for NaN and infinity
    u16(blob, index)   uint16 number `index` as INTEGER; u32(blob, index) of uint32
    quotient(a, b)     integer division of numbers that are not negative
    utc(ms)            milliseconds since 1970-01-01 as text, 2026-11-27T09:30:00.123Z
    json_flat(text)    the text if its JSON keys are plain names and no value is an object or an array, else NULL. SQLite
                       3.40 takes an object for a key, {{"a":"b"}:0}, and -> and ->> may crash on it; json_each() up to
                       the first such key does not. There is no key where no brace is
    p(class_index)     probability of that class, of `instance`; the other names are those of the view dynamics
    series(dynamics)   the columns that src/db/series.h lists for classifications, of `instance` in `block`, or of its row
                       `plain`. Blobs are read in subqueries: a client that sorts rows would sort them with their blobs
    series(both)       those that it lists for BOTH, of `instance` in `block`
    stored_real(name)  number of `instance` in the series `name` of float32, read in the same way
    packed(feature)    number of `feature` and `instance` of `dataset` in feature_block. In hardrow's own connections, views
                       that have it are shadowed by the same ones that read it by the function packed_number()

In reports, of the metrics that src/db/metrics.h lists for a part, test or train:
    metric_names(part)        'accuracy|balanced-error|...', the choices of a parameter
    metric_rows(part)         (1, 'accuracy'), (2, 'balanced-error'), ... for VALUES
    metric_value(name, part)  the column of the metric that is called so, in `epochs` or `runs`
    metric_sign(name)         1 where more is better, -1 where less is
    regression_note(task)     REGRESSION_NOTE of src/rebalance/regression.h if the task is 'regression', else NULL
"""
import argparse
import pathlib
import re
import sys

MIGRATION_NAME = re.compile(r"(\d{4})_[a-z0-9]+(_[a-z0-9]+)*")
REPORT_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
VIEW_START = re.compile(r"CREATE VIEW ([a-z_]+) AS\n")
SERIES_MACRO = re.compile(r"^( *)series\((dynamics|both)\)", re.M)
SERIES_ROW = re.compile(r"^\s*X\(\w+, (\w+), (\w+), (\w+), (\w+), (CLASSIFICATION|REGRESSION|BOTH)\)", re.M)
METRIC_ROW = re.compile(r'^\s*X\("([a-z0-9-]+)", (\w+), (MORE|LESS), (TEST|BOTH)\)', re.M)

# Byte n of a blob as a number is its place in the blob of all bytes.
ALL_BYTES = "x'" + "".join(f"{byte:02x}" for byte in range(256)) + "'"


class Refused(Exception):
    pass


def byte_at(blob, offset):
    return f"(instr({ALL_BYTES}, substr({blob}, {offset}, 1)) - 1)"


def expand_unsigned(width):
    return lambda blob, index: f"({little_endian(bytes_from(blob, width, f'{width} * ({index})'))})"


def little_endian(byte):
    return " + ".join(f"{256 ** n} * {at}" if n > 0 else at for n, at in enumerate(byte))


def bytes_from(blob, count, start):
    return [byte_at(blob, f"{start} + {n}") for n in range(1, count + 1)]


def expand_f32_at(blob, start):
    """The upper 9 bits, sign and exponent, select a row of float32_scale; the lower 23 are the significand. LIMIT: offset
    and bits are computed once, not wherever they are used. The number is computed wherever it is: five times in a query that
    names it five times. LEFT JOINs with a table of the 256 bytes would do it once (mean and variance of p_true per instance, a million
    rows: 2.3 s of CPU instead of 8.4), but SQLite 3.40 leaves out joins that a query does not need only if it has no
    aggregate: accuracy per class and epoch would take 2.7 s instead of 1.4, count(*) 1.5 instead of 0.2."""
    bits = little_endian(bytes_from(blob, 4, "start"))
    return (
        f"(SELECT ((bits & 8388607) + hidden_bit) * scale"
        f" FROM (SELECT {bits} AS bits FROM (SELECT {start} AS start LIMIT 1) AS place LIMIT 1) AS number"
        f" CROSS JOIN float32_scale WHERE exponent = bits >> 23)"
    )


def expand_f32(blob, index):
    return expand_f32_at(blob, f"4 * ({index})")


def expand_f64_at(blob, start):
    """Sign, 11 bits of exponent, 52 of the significand. The power of two is a row of float64_scale and a shift: a table of
    all would be long. Exponent 0 has the power of 1 and no hidden bit; 2047, NaN and infinity, has no row."""
    byte = bytes_from(blob, 8, "start")
    return (
        f"(SELECT CASE WHEN top > 127 THEN -1.0 ELSE 1.0 END * (low + (middle & 15) * 281474976710656"
        f" + CASE WHEN power > 0 THEN 4503599627370496 ELSE 0 END)"
        f" * (scale * (CAST(1 AS BIGINT) << ((CASE WHEN power > 0 THEN power - 1 ELSE 0 END) & 31)))"
        f" FROM (SELECT *, (top & 127) * 16 + (middle >> 4) AS power FROM (SELECT {little_endian(byte[:6])} AS low,"
        f" {byte[6]} AS middle, {byte[7]} AS top FROM (SELECT {start} AS start LIMIT 1) AS place LIMIT 1) AS parts LIMIT 1)"
        f" AS number CROSS JOIN float64_scale"
        f" WHERE power < 2047 AND exponent = (CASE WHEN power > 0 THEN power - 1 ELSE 0 END) >> 5)"
    )


def expand_quotient(a, b):
    return f"((({a}) - ({a}) % ({b})) / ({b}))"


def expand_utc(ms):
    """The Gregorian calendar, counted from 0000-03-01 so that leap days come last; NULL beyond the years 1970 to 9999.
    LIMIT: each step is computed once."""
    steps = {
        "days": f"{expand_quotient('ms', '86400000')} + 719468",
        "century": expand_quotient("4 * days + 3", "146097"),
        "century_day": f"days - {expand_quotient('146097 * century', '4')}",
        "year_of": expand_quotient("4 * century_day + 3", "1461"),
        "year_day": f"century_day - {expand_quotient('1461 * year_of', '4')}",
        "month_of": expand_quotient("5 * year_day + 2", "153"),
    }
    table = f"SELECT {ms} AS ms WHERE {ms} BETWEEN 0 AND 253402300799999"
    for name, value in steps.items():
        table = f"SELECT *, {value} AS {name} FROM ({table} LIMIT 1) AS step"

    def digits(count, value):
        return f"substring('000' || CAST({value} AS INTEGER), -{count}, {count})"

    after_december = "CASE WHEN month_of >= 10 THEN {} ELSE {} END"
    date = [
        digits(4, f"100 * century + year_of + {after_december.format(1, 0)}"),
        digits(2, f"month_of + {after_december.format(-9, 3)}"),
        digits(2, f"year_day - {expand_quotient('153 * month_of + 2', '5')} + 1"),
    ]
    time = [digits(2, expand_quotient(f"ms % {day}", unit)) for day, unit in ((86400000, 3600000), (3600000, 60000), (60000, 1000))]
    text = " || '-' || ".join(date) + " || 'T' || " + " || ':' || ".join(time) + " || '.' || " + digits(3, "ms % 1000")
    return f"(SELECT {text} || 'Z' FROM ({table} LIMIT 1) AS step)"


def expand_json_flat(text):
    odd = f"SELECT 1 FROM json_each({text}) WHERE trim(key, 'abcdefghijklmnopqrstuvwxyz0123456789_') <> '' OR type IN ('object', 'array')"
    return f"CASE WHEN NOT EXISTS ({odd}) THEN {text} END"


def expand_p(class_index):
    """The probabilities of a block stand class by class, so its length counts: the last one is shorter."""
    at = "instance.position % run.block_instances"
    length = (
        f"CASE WHEN instance.position - {at} + run.block_instances <= dataset.instances THEN run.block_instances"
        f" ELSE dataset.instances - instance.position + {at} END"
    )
    return expand_f32("stored.p", f"({class_index}) * ({length}) + {at}")


def in_block(value, table="", where=""):
    return f"(SELECT {value} FROM block AS stored{table} WHERE stored.block_id = block.block_id{where})"


def expand_stored_real(name):
    return in_block(expand_f32(f"stored.{name}", "instance.position % run.block_instances"))


PACKED_START = "(instance.position % 64) * dataset.instance_bytes + feature.place"


def packed_by_sql(blob, start):
    """src/db/packing.h"""
    cases = []
    for bits in (8, 16, 32):
        whole = f"nullif({little_endian(bytes_from(blob, bits // 8, start))}, {2 ** bits - 1})"
        cases.append(f"WHEN 'uint{bits}' THEN CAST({whole} + feature.low AS DOUBLE) / feature.divisor")
    cases.append(f"WHEN 'float32' THEN {expand_f32_at(blob, start)}")
    cases.append(f"WHEN 'float64' THEN {expand_f64_at(blob, start)}")
    return f"CASE feature.storage {' '.join(cases)} END"


def packed_by_function(blob, start):
    return f"packed_number({blob}, {start}, feature.storage, feature.low, feature.divisor)"


def packed_macro(read):
    """In a subquery, as what is in blocks (in_block)."""
    number = read("stored.value", PACKED_START)
    return (1, lambda feature: f"(SELECT {number} FROM feature_block AS stored WHERE stored.dataset_id = {feature}.dataset_id"
            f" AND stored.block = {expand_quotient('instance.position', '64')})")


# name: (number of arguments, how they become SQL)
VIEW_MACROS = {
    "f32": (2, expand_f32),
    "u16": (2, expand_unsigned(2)),
    "u32": (2, expand_unsigned(4)),
    "quotient": (2, expand_quotient),
    "utc": (1, expand_utc),
    "json_flat": (1, expand_json_flat),
    "p": (1, expand_p),
    "stored_real": (1, expand_stored_real),
    "packed": packed_macro(packed_by_sql),
}
OWN_MACROS = VIEW_MACROS | {"packed": packed_macro(packed_by_function)}


def macro_arguments(text, start):
    """The arguments of the call whose '(' is before `start`, and where the text goes on behind its ')'."""
    depth, arguments, begin = 0, [], start
    for at in range(start, len(text)):
        if text[at] == "(":
            depth += 1
        elif depth > 0 and text[at] == ")":
            depth -= 1
        elif depth == 0 and text[at] in ",)":
            arguments.append(text[begin:at].strip())
            begin = at + 1
            if text[at] == ")":
                return arguments, begin
    raise Refused("a macro's ')' is missing")


def expand_macros(text, macros):
    match = re.search(r"\b(" + "|".join(macros) + r")\(", text)
    if match is None:
        return text
    arguments, end = macro_arguments(text, match.end())
    count, expand = macros[match.group(1)]
    if len(arguments) != count:
        raise Refused(f"{match.group(1)}() takes {count} arguments, not {len(arguments)}")
    arguments = [expand_macros(argument, macros) for argument in arguments]
    return text[: match.start()] + expand(*arguments) + expand_macros(text[end:], macros)


def series_column(row, has_plain):
    """A column; the names of tables are those of views.sql."""
    name, column, storage, shape, _ = row
    at = "instance.position % run.block_instances"
    number = f"u16(stored.{name}, {at})"
    value, type, table, where = {
        "FLOAT32": ("p(instance.class_index)" if shape == "CLASSES" else f"f32(stored.{name}, {at})", "DOUBLE", "", ""),
        "TALLY": (f"CASE epoch.{name}_bytes WHEN 4 THEN nullif(u32(stored.{name}, {at}), 4294967295) ELSE nullif({number}, 65535) END",
                  "BIGINT", "", ""),
        "CLASS": ("named.name", "TEXT", " CROSS JOIN class AS named",
                  f" AND named.dataset_id = run.dataset_id AND named.class_index = {number}"),
    }[storage]
    value = in_block(value, table, where)
    if has_plain:
        value = f"CASE WHEN plain.run_id IS NULL THEN {value} ELSE plain.{column} END"
    return f"CAST({value} AS {type}) AS {column}"


def expand_series(text, rows):
    tasks = {"dynamics": ("CLASSIFICATION", "BOTH"), "both": ("BOTH",)}

    def expand(match):
        return ",\n".join(match[1] + series_column(row, match[2] == "dynamics") for row in rows if row[4] in tasks[match[2]])

    return SERIES_MACRO.sub(expand, text)


def read_rows(path, row):
    text = read(path)
    rows = row.findall(text)
    if not rows or len(rows) != len(re.findall(r"^\s*X\(", text, re.M)):
        raise Refused(f"{path}: no rows, or one of another form")
    return rows


def read_note(path):
    found = re.search(r'^#define REGRESSION_NOTE "([^"\\]+)"$', read(path), re.M)
    if found is None:
        raise Refused(f"{path}: no REGRESSION_NOTE, or one of another form")
    return found[1].replace("'", "''")


def report_macros(metrics, note):
    def of_part(part):
        if part not in ("test", "train"):
            raise Refused(f"'{part}' is no part: it is test or train")
        return [(name, f"{part}_{column}") for name, column, _, parts in metrics if part == "test" or parts == "BOTH"]

    def metric_value(name, part):
        return f"CASE {name} " + " ".join(f"WHEN '{metric}' THEN {column}" for metric, column in of_part(part)) + " END"

    def metric_sign(name):
        less = ", ".join(f"'{metric}'" for metric, _, better, _ in metrics if better == "LESS")
        return f"iif({name} IN ({less}), -1, 1)"

    return {
        "metric_names": (1, lambda part: "|".join(name for name, _ in of_part(part))),
        "metric_rows": (1, lambda part: ", ".join(f"({at}, '{name}')" for at, (name, _) in enumerate(of_part(part), start=1))),
        "metric_value": (2, metric_value),
        "metric_sign": (1, metric_sign),
        "regression_note": (1, lambda task: f"iif({task} = 'regression', '{note}', NULL)"),
    }


def without_comments(text):
    """Drops lines that are only a comment: views.sql explains itself to readers, the database keeps the statements."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.lstrip().startswith("--"))


def split_views(path, text, series):
    views = []
    for statement in expand_series(without_comments(text), series).split(";\n"):
        statement = statement.strip()
        if not statement:
            continue
        match = VIEW_START.match(statement)
        if match is None or ";" in statement:
            raise Refused(f"{path}: not 'CREATE VIEW name AS' and a line end: '{statement[:40]}'")
        views.append((match.group(1), statement))
    if not views or len({name for name, _ in views}) != len(views):
        raise Refused(f"{path}: no view, or two of one name")
    return views


def expand_views(path, views, macros):
    expanded = []
    for name, statement in views:
        try:
            expanded.append((name, expand_macros(statement, macros)))
        except Refused as reason:
            raise Refused(f"{path}: view {name}: {reason}") from None
    return expanded


def own_views(path, views):
    packed = [(name, statement.replace("CREATE VIEW", "CREATE TEMP VIEW IF NOT EXISTS", 1)) for name, statement in views
              if re.search(r"\bpacked\(", statement)]
    return expand_views(path, packed, OWN_MACROS)


def read(path):
    try:
        text = path.read_bytes().decode("utf-8")  # not read_text, which would hide a \r
    except (OSError, UnicodeDecodeError) as reason:
        raise Refused(f"{path}: {reason}") from None
    if "\0" in text or "\r" in text:
        raise Refused(f"{path}: holds a NUL or a carriage return")
    return text


def refuse_strays(paths):
    listed = {path.resolve() for path in paths}
    for folder in {path.resolve().parent for path in paths}:
        for found in sorted(folder.iterdir()):
            if found.name.endswith(".sql") and found not in listed:
                raise Refused(f"{found}: is not in the list of src/sql/meson.build")


def read_migrations(paths):
    refuse_strays(paths)
    files = []
    for number, path in enumerate(sorted(paths, key=lambda path: path.name), start=1):
        match = MIGRATION_NAME.fullmatch(path.stem)
        if match is None or path.suffix != ".sql":
            raise Refused(f"{path}: a migration is called NNNN_verb_noun.sql")
        if int(match.group(1)) != number:
            raise Refused(f"{path}: number {number:04d} is missing or there twice")
        files.append((path.stem, read(path)))
    return files


def read_reports(paths, macros):
    refuse_strays(paths)
    reports = []
    for path in sorted(paths, key=lambda path: path.stem):
        if REPORT_NAME.fullmatch(path.stem) is None or path.suffix != ".sql":
            raise Refused(f"{path}: a report is called like accuracy-table.sql")
        try:
            reports.append((path.stem, expand_macros(read(path), macros)))
        except Refused as reason:
            raise Refused(f"{path}: {reason}") from None
    return reports


def c_string(text):
    lines = text.splitlines(keepends=True) or [""]
    escape = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "?": "\\?"}
    return "\n".join('\t  "' + "".join(escape.get(letter, letter) for letter in line) + '"' for line in lines)


def c_table(name, count_name, files):
    entries = "".join(f'\t{{ "{file}",\n{c_string(text)} }},\n' for file, text in files)
    return (
        f"const struct sql_file {name}[] = {{\n{entries}\t{{ NULL, NULL }},\n}};\n"
        f"const size_t {count_name} = {len(files)};\n"
    )


def compose(arguments):
    series = read_rows(arguments.series, SERIES_ROW)
    views = split_views(arguments.views, read(arguments.views), series)
    macros = report_macros(read_rows(arguments.metrics, METRIC_ROW), read_note(arguments.regression))
    return "\n".join(
        [
            '/* Made by src/sql/embed.py. */\n#include "sql/sql.h"\n',
            '#pragma GCC diagnostic ignored "-Woverlength-strings"\n',
            c_table("sql_migrations", "sql_migration_count", read_migrations(arguments.migrations)),
            c_table("sql_views", "sql_view_count", expand_views(arguments.views, views, VIEW_MACROS)),
            c_table("sql_own_views", "sql_own_view_count", own_views(arguments.views, views)),
            c_table("sql_reports", "sql_report_count", read_reports(arguments.reports, macros)),
        ]
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--views", type=pathlib.Path, required=True)
    parser.add_argument("--series", type=pathlib.Path, required=True)
    parser.add_argument("--metrics", type=pathlib.Path, required=True)
    parser.add_argument("--regression", type=pathlib.Path, required=True)
    parser.add_argument("--migrations", type=pathlib.Path, nargs="+", required=True)
    parser.add_argument("--reports", type=pathlib.Path, nargs="*", default=[])
    arguments = parser.parse_args()
    try:
        source = compose(arguments)
    except Refused as reason:
        print(f"embed.py: {reason}", file=sys.stderr)
        return 1
    arguments.output.write_text(source, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
