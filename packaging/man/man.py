#!/usr/bin/env python3
"""Writes the man pages: man.py PROGRAM VERSION SOURCE PAGE...

hardrow-COMMAND(1) is what `hardrow help COMMAND --all` says. hardrow(1) and the pages of section 5 are the texts NAME.in
beside this file, in which a line `@NAME ARGUMENT@` stands for what is known elsewhere:

    @commands@              the commands and their summaries
    @settings@              the options of `train` that are settings of a run (src/train/settings_table.c), by section
    @indented COMMAND@      the lines that the help of COMMAND sets off
    @comment FILE@          the comment that a C header begins with, but for its first paragraph
    @file FILE@             a file as it is
    @views@ and @tables@    of a file: names, comments and columns, from schema/

Refused: a page of a command that there is not, and a command without a page. The output is in ASCII, clean for groff -ww
and mandoc -Tlint. SOURCE_DATE_EPOCH is obeyed.
"""

import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import textwrap
import time

sys.dont_write_bytecode = True  # the source tree stays as it is

HELP_COLUMN = 28
EXAMPLE_WIDTH = 71  # what a page of 80 columns has room for in lines that are not filled
OPTION = re.compile(r"  (?:-\w, )?--\w")
SPECIAL = {"\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti", '"': r"\(dq"}


def escape(text):
    """Nothing in it is roff, a dash is ASCII's."""
    return "".join(SPECIAL.get(letter, letter if letter < "\x7f" else f"\\[u{ord(letter):04X}]") for letter in text)


def lines_of(texts):
    """Lines of text, of which none is a request."""
    return [r"\&" + line if line.startswith(".") or line == "" else line for line in texts]


def filled(text):
    return lines_of(textwrap.wrap(escape(text), 78, break_long_words=False, break_on_hyphens=False))


def narrow(lines):
    """Lines of one column, or of two with three blanks or more between them, as wide as a page has room for."""
    joined = []
    for line in lines:
        column = joined[-1][1] if joined else 0
        if column and line[:column].isspace() and line[column:column + 1].strip():
            joined[-1][0] += " " + line.strip()
        else:
            two = re.match(r".*?\S   +(?=\S)", line)
            joined.append([line, two.end() if two else 0])
    for line, column in joined:
        left, right = line[:column], line[column:]
        if len(line) <= EXAMPLE_WIDTH:
            yield line
        elif column:
            yield from textwrap.wrap(right, EXAMPLE_WIDTH, initial_indent=left, subsequent_indent=" " * column)
        else:
            yield from textwrap.wrap(line, EXAMPLE_WIDTH, subsequent_indent=" " * 8, break_long_words=False)


def verbatim(lines):
    return [".PP", ".EX", *lines_of(map(escape, narrow(textwrap.dedent("\n".join(lines)).split("\n")))), ".EE"]


def paragraphs(lines):
    """Text of a help or of a comment: paragraphs, and lines set off by two blanks or more as they are."""
    roff = []
    for block in re.finditer(r"(?:^  .*\n(?:\n(?=  ))?)+|(?:^ ?\S.*\n)+", "".join(line + "\n" for line in lines), re.M):
        roff += verbatim(block[0].splitlines()) if block[0].startswith("  ") else [".PP", *filled(block[0])]
    return roff


def entries(lines):
    """(left, right) of what help.c writes in two columns; (heading, None) of lines that are not set off."""
    found = []
    for line in lines:
        left, right = line[:HELP_COLUMN], line[HELP_COLUMN:]
        if line.startswith(" " * HELP_COLUMN):
            found[-1][1] = (found[-1][1] + " " + right.strip()).strip()
        elif right and left.endswith("  "):
            found.append([left.strip(), right])
        elif line.startswith("  "):
            found.append([line.strip(), ""])
        elif line:
            found.append([line, None])
    return found


def left_of(left):
    """Names of options are bold, what they take is in italics."""
    words = [rf"\fB{escape(word)}\fR" if word.startswith("-") else rf"\fI{escape(word)}\fR" for word in left.replace(",  ", ", ").split()]
    return " ".join(words).replace(r",\fR", r"\fR,")


def options(found, wanted=None):
    """Entries as a list; headings that nothing stands below are left out."""
    roff, heading = [], None
    for left, right in found:
        if right is None and left.endswith(":"):
            heading = left[:-1]
        elif right is None:
            continue
        elif wanted is None or re.search(r"--([\w-]+)", left)[1] in wanted:
            roff += [f".SS {heading.capitalize()}"] if heading else []
            roff += [".TP", left_of(left), *filled(right)]
            heading = None
    return roff


class Pages:
    def __init__(self, program, version, source):
        self.program, self.version, self.source = program, version, source
        self.helps = {}

    def help(self, *words):
        if words not in self.helps:
            self.helps[words] = subprocess.run([self.program, "help", *words], check=True, capture_output=True, text=True).stdout.splitlines()
        return self.helps[words]

    def commands(self):
        return {left: right for left, right in entries(self.help()) if right is not None}

    def command_help(self, command):
        """(usage, summary, lines of details, entries)"""
        lines = self.help(command, "--all")
        first = next(i for i, line in enumerate(lines) if OPTION.match(line))
        while lines[first - 1] and not lines[first - 1].startswith(" "):
            first -= 1  # the heading of its section
        return lines[0].removeprefix("usage: "), lines[2], lines[4:first], entries(lines[first:])

    def title(self, name, section):
        day = time.strftime("%Y-%m-%d", time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))))
        # Names are not broken at the end of a line.
        return f'.TH {name.upper()} {section} {day} "hardrow {self.version}" "hardrow"\n.nh'

    def command_page(self, command):
        usage, summary, details, found = self.command_help(command)
        calls = usage.removeprefix(f"hardrow {command}").strip()
        see = [rf".BR hardrow (1)" + ("," if self.has(command, 5) else "")]
        see += [rf".BR hardrow\-{command} (5)"] if self.has(command, 5) else []
        return [self.title(f"hardrow-{command}", 1), ".SH NAME", escape(f"hardrow-{command} - {summary.rstrip('.')}"),
                ".SH SYNOPSIS", rf"\fBhardrow {escape(command)}\fR {escape(calls)}", ".SH DESCRIPTION", *filled(summary), *paragraphs(details),
                ".SH OPTIONS", *options(found), ".SH SEE ALSO", *see]

    def has(self, name, section):
        return (pathlib.Path(__file__).parent / f"hardrow-{name}.{section}.in").exists()

    def expand_commands(self):
        roff = []
        for name, summary in self.commands().items():
            roff += [".TP", rf".BR hardrow\-{name} (1)", *filled(summary + ".")]
        return roff

    def expand_settings(self):
        table = (self.source / "src" / "train" / "settings_table.c").read_text()
        return options(self.command_help("train")[3], set(re.findall(r'\.name = "([a-z0-9-]+)"', table)))

    def expand_indented(self, command):
        return verbatim([line for line in self.command_help(command)[2] if line.startswith("  ")])

    def expand_comment(self, file):
        comment = re.match(r"/\*(.*?)\*/", (self.source / file).read_text(), re.S)[1]
        lines = [re.sub(r"^ \* ?", "", line).rstrip() for line in comment.splitlines()]
        return paragraphs(lines[lines.index("") + 1:])

    def expand_file(self, file):
        return verbatim((self.source / file).read_text().splitlines())

    def expand_tables(self):
        roff = []
        table = re.compile(r"((?:^-- .*\n)*)^CREATE TABLE (\w+) \(\n((?:.*\n)*?)\)", re.M)
        for comment, name, body in table.findall((self.source / "schema" / "tables.sql").read_text()):
            roff += [f".SS {escape(name)}", *paragraphs(re.sub(r"^-- ", "", comment, flags=re.M).splitlines())]
            for line in body.splitlines():
                column = re.match(r"  ([a-z]\w*) ([^-]*?),?\s*(?:-- (.*))?$", line)
                if column:
                    roff += [".TP", rf"\fB{escape(column[1])}\fR {escape(column[2])}", *(filled(column[3]) if column[3] else [r"\&"])]
        return roff

    def expand_views(self):
        sys.path.insert(0, str(self.source / "src" / "sql"))
        import embed
        schema = self.source / "schema"
        text = embed.read(schema / "views.sql")
        series = embed.read_rows(self.source / "src" / "db" / "series.h", embed.SERIES_ROW)
        database = sqlite3.connect(":memory:")
        database.executescript((schema / "tables.sql").read_text())
        views = embed.split_views("views.sql", text, series)
        for _, view in embed.expand_views("views.sql", views, embed.VIEW_MACROS):
            database.execute(view)
        roff, columns = [], {}
        for comment, name in re.findall(r"((?:^-- .*\n)*)^CREATE VIEW (\w+) AS", text, re.M):
            own = columns[name] = [column for column, in database.execute(f"SELECT name FROM pragma_table_info('{name}')")]
            roff += [f".SS {escape(name)}", *paragraphs(re.sub(r"^-- ", "", comment, flags=re.M).splitlines())]
            for other in [other for other in columns if other != name and own[:len(columns[other])] == columns[other]][-1:]:
                own = [f"those of {other}", *own[len(columns[other]):]]
            roff += [".PP", *filled("Columns: " + ", ".join(own) + ".")]
        return roff

    def text_page(self, name, section):
        roff = [self.title(name, section)]
        for line in (pathlib.Path(__file__).parent / f"{name}.{section}.in").read_text().splitlines():
            macro = re.fullmatch(r"@(\w+)(?: (.+))?@", line)
            roff += getattr(self, f"expand_{macro[1]}")(*([macro[2]] if macro[2] else [])) if macro else [line]
        return roff

    def page(self, file):
        name, section = file.rsplit(".", 1)
        command = name.removeprefix("hardrow-")
        is_command = section == "1" and name != "hardrow"
        roff = self.command_page(command) if is_command else self.text_page(name, section)
        behind = zip(["", *roff], roff)
        return "".join(line + "\n" for before, line in behind if not (line == ".PP" and before.startswith((".SH", ".SS"))))


def main():
    program, version, source, *paths = sys.argv[1:]
    files = [pathlib.Path(path).name for path in paths]
    pages = Pages(program, version, pathlib.Path(source))
    known = {f"hardrow-{command}.1" for command in pages.commands()}
    given = {file for file in files if file.startswith("hardrow-") and file.endswith(".1")}
    if known != given:
        sys.exit(f"man.py: packaging/man/meson.build must list a page of each command: {', '.join(sorted(known ^ given))}")
    for path, text in zip(paths, [pages.page(file) for file in files]):
        pathlib.Path(path).write_text(text, encoding="ascii")


main()
