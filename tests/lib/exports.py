#!/usr/bin/env python3
"""exports.py LIBRARY HEADER: the library exports what the header declares, nothing else, and needs SQLite and libc's own."""
import re
import subprocess
import sys

NEEDED = {"libsqlite3.so.0", "libm.so.6", "libc.so.6", "libpthread.so.0", "ld-linux-x86-64.so.2"}


def main():
    library, header = sys.argv[1:]
    passed, failed = 0, 0
    with open(header, encoding="utf-8") as file:
        declared = set(re.findall(r"HARDROW_API [^;(]*?\b(hardrow_\w+)\(", file.read()))
    symbols = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True).stdout
    exported = {line.split()[2].split("@")[0] for line in symbols.splitlines() if line.split()[1] != "A"}
    dynamic = subprocess.run(["readelf", "-d", library], capture_output=True, text=True, check=True).stdout
    needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic))
    for what, one, other in (("exported, not declared", exported, declared), ("declared, not exported", declared, exported),
                             ("needed", needed, NEEDED)):
        if one - other:
            print(f"FAIL {what}: {' '.join(sorted(one - other))}")
            failed += 1
        else:
            passed += 1
    if not declared:
        print("FAIL the header declares nothing")
        failed += 1
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
