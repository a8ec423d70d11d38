#!/usr/bin/env python3
"""Runs the tests of one or more build folders and adds them up: tests/run.py BUILD...

A test of meson is worth what it says itself: the cases of Criterion's closing line, or those of a last line
`N passed, N failed[, N skipped]`; else it counts as one. A test names what it skips in lines `SKIP: name` or
Criterion's `[SKIP] name`. The last line printed is `N passed, N failed`, the one before it `N skipped` if there are any.
"""

import json
import pathlib
import re
import subprocess
import sys

SYNTHESIS = re.compile(r"Synthesis: Tested: (\d+) \| Passing: (\d+) \| Failing: (\d+) \| Crashing: (\d+)")
TALLY = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$")
SKIPPED = re.compile(r"^(?:SKIP:|\[SKIP\]) +(.+)$", re.M)
CHATTER = re.compile(r"^\[(?:====|RUN |PASS|SKIP)\] .*\n", re.M)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def tally(test):
    """(passed, failed, names of the skipped cases) of one record of meson's test log."""
    name, result = test["name"], test["result"]
    output = COLOUR.sub("", test.get("stdout", "") + "\n" + test.get("stderr", ""))
    if result == "SKIP":
        reason = output.strip().splitlines()
        return 0, 0, [name + (": " + reason[-1] if reason else "")]
    skipped = [f"{name}: {case.strip()}" for case in SKIPPED.findall(output)]
    passed, failed = 1, 0
    synthesis = SYNTHESIS.search(output)
    closing = [match for match in map(TALLY.match, output.splitlines()) if match]
    if synthesis:
        _, passed, failed, crashed = map(int, synthesis.groups())
        failed += crashed
    elif closing:
        passed, failed = int(closing[-1][1]), int(closing[-1][2])
    if result not in ("OK", "EXPECTEDFAIL") and failed == 0:
        # A leak, a timeout or a crash that the test could not count itself.
        failed = 1
        if not synthesis and not closing:
            passed = 0
    return passed, failed, skipped


def run(folder):
    """Runs the tests of a build folder: (passed, failed, skipped, whether meson was content)."""
    log = pathlib.Path(folder, "meson-logs", "testlog.json")
    log.unlink(missing_ok=True)
    # The sanitizers make everything some five times slower.
    command = ["meson", "test", "-C", folder, "--no-rebuild", "--quiet", "--timeout-multiplier", "6"]
    meson = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    if not log.exists():
        sys.stdout.write(meson.stdout)
        return 0, 1, []
    passed, failed, skipped = 0, 0, []
    for line in log.read_text(errors="replace").splitlines():
        test = json.loads(line)
        one_passed, one_failed, one_skipped = tally(test)
        passed, failed, skipped = passed + one_passed, failed + one_failed, skipped + one_skipped
        if one_failed:
            print(f"---- {folder}: {test['name']}: {test['result']}")
            for stream in ("stdout", "stderr"):
                print(CHATTER.sub("", COLOUR.sub("", test.get(stream, ""))).rstrip())
    if meson.returncode != 0 and failed == 0:
        sys.stdout.write(meson.stdout)
        failed = 1
    return passed, failed, skipped


def words(passed, failed, skipped):
    return f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else "")


def main():
    folders = sys.argv[1:]
    if not folders:
        sys.exit("usage: tests/run.py BUILD...")
    total = [0, 0, 0]
    for folder in folders:
        print(f"testing {folder} …", flush=True)
        passed, failed, skipped = run(folder)
        for name in skipped:
            print(f"skipped: {name}")
        print(f"{folder}: {words(passed, failed, len(skipped))}")
        total = [a + b for a, b in zip(total, (passed, failed, len(skipped)))]
    if total[2]:
        print(f"{total[2]} skipped")
    print(words(total[0], total[1], 0), flush=True)
    sys.exit(1 if total[1] else 0)


main()
