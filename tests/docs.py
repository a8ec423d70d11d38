#!/usr/bin/env python3
"""Runs what README.md and docs/*.md say: tests/docs.py PROGRAM [--update] [--long] [PAGE.md...]

The blocks of a page are one script, run in a new folder with `datasets` and `experiments` of the project in it, so each page
has databases of its own:

    ```sh         run by sh; must succeed
    ```sql        a query of $HARDROW_DB: run by the sqlite3 shell, and by `hardrow sql`, which must find as many rows
    ```text       right behind one of them: what it writes on standard output
    ```sh long    as sh, with --long only: needs data that is not bundled (HARDROW_DATA), or minutes
    ```sh setup   never run: installs something, or is for a machine of one's own
    ```sql …      any other kind: not looked at

`…` in such a text stands for anything, alone on a line for any lines; seconds may differ. A command between two comments,
<!-- $ hardrow methods … --> and <!-- end -->, has written what stands between them. A picture X.svg that a page shows was drawn
by one of its blocks as X.svg: the same texts and curves, and the same coordinates if gnuplot's version is the same.

Every option and command of hardrow and bootstrap in a block or in `…`, run or not, is one that exists. --update writes what came
out into the pages and beside them. The last line printed is `N passed, N failed`."""

import argparse
import difflib
import itertools
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.dom.minidom

SOURCE = pathlib.Path(__file__).resolve().parents[1]
FENCE = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.M | re.S)
MADE = re.compile(r"^<!-- \$ (.*?) -->\n(.*?)^<!-- end -->$", re.M | re.S)
PICTURE = re.compile(r"!\[[^\]]*\]\(([^)]+\.svg)\)")
KINDS = ("sh", "sql", "sh long", "sh setup")
MARK = "@@@@ block"
SECONDS = re.compile(r"\b[0-9][0-9.]* s\b")


class Block:
    """What is run: `kind` sh, sql, "sh long" or "sh setup", its text, and the place of what it is said to write, or None."""

    def __init__(self, kind, text, expected):
        self.kind, self.text, self.expected = kind, text, expected


def blocks_of(page):
    """In the order of the page."""
    found = []
    fences = list(FENCE.finditer(page))
    for fence, behind in itertools.zip_longest(fences, fences[1:]):
        shown = behind and behind[1] == "text" and page[fence.end():behind.start()].strip() == ""
        if fence[1] in KINDS:
            found.append((fence.start(), Block(fence[1], fence[2], behind.span(2) if shown else None)))
    found += [(made.start(), Block("sh", made[1], made.span(2))) for made in MADE.finditer(page)]
    return [block for _, block in sorted(found, key=lambda pair: pair[0])]


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def script_of(blocks, run):
    lines = ["set -e"]
    for i, block in enumerate(blocks):
        lines.append(f"printf '{MARK} {i}\\n'")
        if block.kind not in run:
            continue
        if block.kind != "sql":
            lines.append(block.text)
            continue
        lines.append(f"sqlite3 -bail -box \"${{HARDROW_DB:-hardrow.db}}\" {quoted(block.text)}")
        count = f"sqlite3 -bail -csv \"${{HARDROW_DB:-hardrow.db}}\" {quoted(block.text)} | wc -l"
        lines.append(f"[ \"$({count})\" = \"$(hardrow sql -f jsonl {quoted(block.text)} | wc -l)\" ]")
    return "\n".join(lines) + "\n"


def run_page(blocks, folder, program, run):
    """(what each block wrote, what was wrong)"""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HARDROW_")}
    for name in ("XDG_DATA_HOME", "COLUMNS"):
        environment.pop(name, None)
    if "sh long" in run and "HARDROW_DATA" in os.environ:
        environment["HARDROW_DATA"] = os.environ["HARDROW_DATA"]
    environment |= {"HOME": folder, "LC_ALL": "C.UTF-8", "PATH": f"{program.parent}:{os.environ['PATH']}"}
    for name in ("datasets", "experiments"):
        os.symlink(SOURCE / name, pathlib.Path(folder, name))
    done = subprocess.run(["sh", "-c", script_of(blocks, run)], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True)
    parts = re.split(rf"^{MARK} \d+\n", done.stdout, flags=re.M)[1:]
    if done.returncode == 0:
        return parts, []
    return parts, [f"exit {done.returncode} of:\n{blocks[len(parts) - 1].text}{parts[-1]}{done.stderr}"]


def is_as_said(said, wrote):
    pattern = re.escape(SECONDS.sub("N s", said)).replace("…\\\n", "(?:.*\\\n)*").replace("…", ".*")
    return re.fullmatch(pattern, SECONDS.sub("N s", wrote)) is not None


def parts_of_picture(path):
    """(texts, titles of curves, elements of each curve, all numbers of them, version of gnuplot)"""
    svg = xml.dom.minidom.parse(str(path))
    words = lambda node: "".join(words(child) for child in node.childNodes) if node.childNodes else getattr(node, "data", "")
    texts = [words(text).strip() for text in svg.getElementsByTagName("text")]
    curves, numbers = [], []
    for group in svg.getElementsByTagName("g"):
        if group.getAttribute("id").startswith("gnuplot_plot_"):
            inside = group.getElementsByTagName("*")
            curves.append((words(group.getElementsByTagName("title")[0]), len(inside)))
            numbers += [float(number) for element in inside for name in ("d", "points", "x", "y", "transform")
                        for number in re.findall(r"-?\d+(?:\.\d+)?", element.getAttribute(name))]
    return texts, curves, numbers, words(svg.getElementsByTagName("desc")[0])


def same_picture(one, other):
    one_texts, one_curves, one_numbers, one_version = parts_of_picture(one)
    other_texts, other_curves, other_numbers, other_version = parts_of_picture(other)
    if one_version != other_version:
        return sorted(one_texts) == sorted(other_texts) and [c[0] for c in one_curves] == [c[0] for c in other_curves]
    return one_texts == other_texts and one_curves == other_curves and len(one_numbers) == len(other_numbers) and all(
        abs(a - b) < 0.5 for a, b in zip(one_numbers, other_numbers))


def check_pictures(path, page, folder, update):
    wrong, count = [], 0
    for name in PICTURE.findall(page):
        count += 1
        drawn, committed = pathlib.Path(folder, pathlib.Path(name).name), path.parent / name
        if not drawn.exists():
            wrong.append(f"{name}: no block draws {drawn.name}")
        elif update and not (committed.exists() and same_picture(committed, drawn)):
            shutil.copyfile(drawn, committed)
        elif not committed.exists() or not same_picture(committed, drawn):
            wrong.append(f"{name}: another picture is drawn now; --update keeps it")
    return count, wrong


class Words:
    """Commands and options that exist."""

    def __init__(self, program):
        self.program, self.known = program, {}
        usage = (SOURCE / "bootstrap").read_text()
        self.bootstrap = set(re.search(r"usage: \./bootstrap (\S+)", usage)[1].split("|"))

    def options(self, command):
        """The options of a command, None if there is none; of a report those that any report has."""
        if command not in self.known:
            texts = [subprocess.run([self.program, *call], capture_output=True, text=True, check=False)
                     for call in [["help", command, "--all"]] + ([["report"]] if command == "report" else [])]
            self.known[command] = None if texts[0].returncode else set(
                re.findall(r"(?<!\S)--?[a-z][a-z0-9-]*", "".join(text.stdout for text in texts)))
        return self.known[command]

    def check(self, text):
        """What is wrong with the commands in a text."""
        wrong = [f"./bootstrap {name}: no such thing" for name in re.findall(r"\./bootstrap (\S+)", text) if
                 name.strip("`.,") not in self.bootstrap]
        text = re.sub(r"\\\n", " ", text)
        for call in re.findall(r"(?<![\w/.-])hardrow ([a-z]+(?: [^\n|;&`#]*)?)", text):
            command, *rest = re.sub(r"\"[^\"]*\"|'[^']*'", "TEXT", call).split()
            if command in ("is", "on"):
                continue
            options = self.options(command)
            if options is None:
                wrong.append(f"hardrow {call}: no such command")
                continue
            wrong += [f"hardrow {call}: no option {option}" for option in rest
                      if re.match(r"--?[a-z]", option) and option.split("=")[0] not in options]
        return wrong


def check_words(page, words):
    """Those of the blocks, and of `…` outside of them."""
    texts = [fence[2] for fence in FENCE.finditer(page) if fence[1].split()[:1] == ["sh"]]
    texts += [code for code in re.findall(r"`([^`]+)`", FENCE.sub("", page)) if re.match(r"(?:hardrow|\./bootstrap) ", code)]
    return [complaint for text in texts for complaint in words.check(text)]


def check_page(path, words, arguments):
    """(passed, failed)"""
    page = path.read_text()
    blocks = blocks_of(page)
    run = {"sh", "sql"} | ({"sh long"} if arguments.long else set())
    with tempfile.TemporaryDirectory() as folder:
        wrote, wrong = run_page(blocks, folder, arguments.program, run)
        new, shift = page, 0
        for block, output in zip(blocks, wrote if not wrong else []):
            if block.expected is None or block.kind not in run:
                continue
            start, end = block.expected
            said = page[start:end]
            if is_as_said(said, output):
                continue
            if arguments.update:
                new = new[:start + shift] + output + new[end + shift:]
                shift += len(output) - len(said)
                continue
            wrong.append("\n".join([block.text.rstrip()] + list(difflib.unified_diff(
                said.splitlines(), output.splitlines(), "said", "wrote", lineterm="", n=1))))
        if new != page:
            path.write_text(new)
        pictures, wrong_pictures = check_pictures(path, page, folder, arguments.update) if not wrong else (0, [])
    wrong += wrong_pictures + check_words(page, words)
    for complaint in wrong:
        print(f"---- {path.relative_to(SOURCE)}: {complaint}")
    count = sum(block.kind in run for block in blocks) + pictures + 1
    return max(count - len(wrong), 0), len(wrong)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("pages", type=lambda text: pathlib.Path(text).resolve(), nargs="*")
    arguments = parser.parse_intermixed_args()
    words, passed, failed = Words(arguments.program), 0, 0
    for path in arguments.pages or [SOURCE / "README.md", *sorted(SOURCE.glob("docs/*.md"))]:
        one_passed, one_failed = check_page(path, words, arguments)
        passed, failed = passed + one_passed, failed + one_failed
    if failed:
        print(f"tests/docs.py {arguments.program} --update writes what came out into the pages")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
