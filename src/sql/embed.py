#!/usr/bin/env python3
"""Turns the project's .sql files into one C source file: see sql.h for the tables it defines.

    embed.py --output FILE.c --views schema/views.sql --series src/db/series.h --migrations migrations/*.sql [--reports reports/*.sql]

The file lists come from the build file. Refused: a gap in the numbers of the migrations, a .sql file in one of the
folders that is not listed, a name of the wrong form, a text that is not UTF-8, views.sql that is not a sequence of
CREATE VIEW statements. Everything is composed in memory; the output is written last.

In views.sql these macros stand for core SQL (index from 0, little-endian, as the blobs of table block are):
    f32(blob, index)   float32 number `index` as REAL, exact; NULL for NaN and infinity
    u16(blob, index)   uint16 number `index` as INTEGER
    json_list(text)    the text if it can be a JSON array, else NULL
    json_flat(text)    the text if its JSON keys are plain names and no value is an object, else NULL. SQLite 3.40 takes
                       an object for a key, {{"a":"b"}:0}, and -> and ->> may crash on it; json_each() up to the first
                       such key does not
    series(index)      the columns that src/db/series.h lists, of number `index` of a block
"""
import argparse
import pathlib
import re
import sys

MIGRATION_NAME = re.compile(r"(\d{4})_[a-z0-9]+(_[a-z0-9]+)*")
REPORT_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
VIEW_START = re.compile(r"CREATE VIEW ([a-z_]+) AS\n")
MACRO = re.compile(r"\b(f32|u16|json_list|json_flat)\(")
SERIES_MACRO = re.compile(r"^( *)series\((.*)\)", re.M)
SERIES_ROW = re.compile(r"^\s*X\(\w+, (\w+), (\w+), (\w+), (\w+)\)", re.M)

# Byte n of a blob as a number is its place in the blob of all bytes.
ALL_BYTES = "x'" + "".join(f"{byte:02x}" for byte in range(256)) + "'"


class Refused(Exception):
    pass


def byte_at(blob, offset):
    return f"(instr({ALL_BYTES}, substr({blob}, {offset}, 1)) - 1)"


def expand_u16(blob, index):
    low = byte_at(blob, f"2 * ({index}) + 1")
    high = byte_at(blob, f"2 * ({index}) + 2")
    return f"({low} + 256 * {high})"


def expand_f32(blob, index):
    """Sign and exponent are the upper 9 bits and select a row of float32_scale; the lower 23 are the significand."""
    byte = [byte_at(blob, f"4 * ({index}) + {n}") for n in (1, 2, 3, 4)]
    return (
        f"(CASE substr({blob}, 4 * ({index}) + 1, 4) WHEN x'00000000' THEN 0.0 ELSE "
        f"(SELECT (hidden_bit + ({byte[2]} & 127) * 65536 + {byte[1]} * 256 + {byte[0]}) * scale "
        f"FROM float32_scale WHERE exponent = {byte[3]} * 2 + ({byte[2]} >> 7)) END)"
    )


def expand_json_list(text):
    return f"CASE WHEN {text} GLOB '[[]*' THEN {text} END"


def expand_json_flat(text):
    odd = f"SELECT 1 FROM json_each({text}) WHERE key GLOB '*[^a-z0-9_]*' OR type = 'object'"
    return f"CASE WHEN NOT EXISTS ({odd}) THEN {text} END"


# name: (number of arguments, how they become SQL)
EXPANSIONS = {
    "f32": (2, expand_f32),
    "u16": (2, expand_u16),
    "json_list": (1, expand_json_list),
    "json_flat": (1, expand_json_flat),
}


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


def expand_macros(text):
    match = MACRO.search(text)
    if match is None:
        return text
    arguments, end = macro_arguments(text, match.end())
    count, expand = EXPANSIONS[match.group(1)]
    if len(arguments) != count:
        raise Refused(f"{match.group(1)}() takes {count} arguments, not {len(arguments)}")
    return text[: match.start()] + expand(*map(expand_macros, arguments)) + expand_macros(text[end:])


def series_column(row, index):
    """A column of dynamics; the names of tables are those of views.sql."""
    name, column, storage, shape = row
    if shape == "CLASSES":
        index = f"instance.class_index * length(block.predicted) / 2 + {index}"
    value = {
        "FLOAT32": f"f32(block.{name}, {index})",
        "TALLY": f"nullif(u16(block.{name}, {index}), 65535)",
        "CLASS": f"(SELECT class.name FROM class WHERE class.dataset_id = run.dataset_id"
                 f" AND class.class_index = u16(block.{name}, {index}))",
    }[storage]
    return f"{value} AS {column}"


def expand_series(text, rows):
    def columns(match):
        return ",\n".join(match[1] + series_column(row, match[2]) for row in rows)

    return SERIES_MACRO.sub(columns, text)


def read_series(path):
    rows = SERIES_ROW.findall(read(path))
    if not rows:
        raise Refused(f"{path}: lists no series")
    return rows


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
        try:
            views.append((match.group(1), expand_macros(statement)))
        except Refused as reason:
            raise Refused(f"{path}: view {match.group(1)}: {reason}") from None
    if not views or len({name for name, _ in views}) != len(views):
        raise Refused(f"{path}: no view, or two of one name")
    return views


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


def read_reports(paths):
    refuse_strays(paths)
    for path in paths:
        if REPORT_NAME.fullmatch(path.stem) is None or path.suffix != ".sql":
            raise Refused(f"{path}: a report is called like accuracy-table.sql")
    return sorted((path.stem, read(path)) for path in paths)


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
    return "\n".join(
        [
            '/* Made by src/sql/embed.py. */\n#include "sql/sql.h"\n',
            '#pragma GCC diagnostic ignored "-Woverlength-strings"\n',
            c_table("sql_migrations", "sql_migration_count", read_migrations(arguments.migrations)),
            c_table("sql_views", "sql_view_count", split_views(arguments.views, read(arguments.views), read_series(arguments.series))),
            c_table("sql_reports", "sql_report_count", read_reports(arguments.reports)),
        ]
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--views", type=pathlib.Path, required=True)
    parser.add_argument("--series", type=pathlib.Path, required=True)
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
