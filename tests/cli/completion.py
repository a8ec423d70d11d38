#!/usr/bin/env python3
"""What a tab offers in bash, zsh and fish: completion.py PROGRAM FOLDER, the folder of the shells' files.

Each shell runs for real, with an empty home, in a folder with a database of two runs. A shell that is not installed is
skipped by name. The last line is `N passed, N failed[, N skipped]`."""

import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

PROGRAM, FOLDER = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])

# What is typed, what is offered among others, what is not.
CASES = [
    ("hardrow t", ["train"], ["sweep", "hardrow.db"]),
    ("hardrow ", ["train", "sweep", "help"], ["--method"]),
    ("hardrow train --me", ["--method", "--meta-per-class"], ["--loss"]),
    ("hardrow train --method class-aw", ["class-aware"], ["base"]),
    ("hardrow train -m class-aw", ["class-aware"], ["base"]),
    ("hardrow train --data ", ["iris", "wine", "my.csv"], ["train"]),
    ("hardrow train --record l", ["last"], ["none"]),
    ("hardrow train --quiet --model ", ["logreg", "mlp"], ["iris"]),
    ("hardrow show ", ["1", "2"], ["my.csv", "3"]),
    ("hardrow show --db other.db ", ["1"], ["2"]),
    ("hardrow compare 1 ", ["2", "base", "difficulty"], ["wine"]),
    ("hardrow help rep", ["report"], ["train"]),
    ("hardrow report har", ["hardest"], ["runs"]),
    ("hardrow report hardest --", ["--run", "--count", "--format"], ["--metric"]),
    ("hardrow report hardest --run ", ["1", "2"], ["my.csv"]),
    ("hardrow report paired-differences --metric balanced-a", [], ["accuracy"]),
    ("hardrow report paired-differences --metric balanced-", ["balanced-error"], ["accuracy"]),
    ("hardrow runs --dataset ", ["iris"], ["wine"]),
    ("hardrow runs --status fa", ["failed"], ["done"]),
    ("hardrow runs --format js", ["json", "jsonl"], ["csv"]),
    ("hardrow methods foc", ["focal"], ["base"]),
    ("hardrow datasets fe", ["fetch"], ["iris"]),
    ("hardrow datasets fetch see", ["seeds"], ["iris"]),
    ("hardrow sweep table", ["table3", "table4"], ["methods"]),
    ("hardrow sweep table4 --set sche", ["schedule="], ["scale="]),
    ("hardrow export 1 --out so", ["some"], ["my.csv"]),
    ("hardrow import my", ["my.csv"], ["some"]),
]
# What the line becomes by a tab and is then called with.
LINES = [
    ("hardrow tra", "train"),
    ("hardrow train --method=class-aw", "train --method=class-aware"),
    ("hardrow train --data=my", "train --data=my.csv"),
    ("hardrow sweep table4 --set schedule=cos", "sweep table4 --set schedule=cosine"),
    ("hardrow import my", "import my.csv"),
    ("hardrow delete --experiment tw", "delete --experiment two words"),
]
# To hear what it is called with.
FUNCTIONS = {
    "bash": 'hardrow() { if [ "$1" = --complete ]; then command hardrow "$@"; else echo "LINE:$*:"; fi; }; source %s/hardrow.bash',
    "zsh": 'hardrow() { if [ "$1" = --complete ]; then command hardrow "$@"; else echo "LINE:$*:"; fi; }; fpath=(%s $fpath); '
           "autoload -Uz compinit; compinit -u",
    "fish": 'function hardrow; echo "LINE:$argv:"; end; source %s/hardrow.fish',
}
ARGUMENTS = {"bash": ["--norc", "-i"], "zsh": ["-f", "-i"], "fish": ["--no-config", "-i"]}


def environment():
    return {"HOME": os.getcwd(), "PATH": f"{PROGRAM.parent}:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TERM": "dumb"}


def bash_offers(line):
    # Only a tab may call compopt.
    script = f"""source {FOLDER}/hardrow.bash
compopt() {{ :; }}
COMP_LINE=$1 COMP_POINT=${{#1}}
_hardrow
printf '%s\\n' "${{COMPREPLY[@]}}" """
    done = subprocess.run(["bash", "--norc", "-c", script, "bash", line], env=environment(), capture_output=True, text=True)
    return done.stdout.split("\n"), done.stderr


def fish_offers(line):
    done = subprocess.run(["fish", "--no-config", "-c", f"source {FOLDER}/hardrow.fish; complete --do-complete $argv[1]", line],
                          env=environment(), capture_output=True, text=True)
    return [offer.split("\t")[0] for offer in done.stdout.splitlines()], done.stderr


def type_lines(shell, lines):
    """What a person sees who types each line, a tab and a line end."""
    process, terminal = pty.fork()
    if process == 0:
        os.execve(shutil.which(shell), [shell, *ARGUMENTS[shell]], environment())
    typed = [FUNCTIONS[shell] % FOLDER, *(line + "\t" for line in lines), "exit"]
    seen = ""
    try:
        # One line after the other: a shell may throw away what is typed before its prompt.
        for count, line in enumerate(typed):
            os.write(terminal, (line + "\r").encode())
            seen += read_until(terminal, lambda text, n=count: n == 0 or "LINE:" in re.sub("echo .LINE:", "", text))
    except OSError:
        pass  # it has ended
    os.close(terminal)
    os.waitpid(process, 0)
    return seen


def read_until(terminal, is_enough):
    """What comes until it is enough and nothing more comes for a moment, 20 s at most."""
    text, end = "", time.monotonic() + 20
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.3)[0]:
            text += os.read(terminal, 65536).decode(errors="replace")
        elif is_enough(text):
            break
    return text


def make_database():
    subprocess.run([PROGRAM, "sweep", "two.ini", "--db", "hardrow.db", "--quiet"], check=True, stdout=subprocess.DEVNULL, env=environment())
    subprocess.run([PROGRAM, "train", "--data", "iris", "--epochs", "1", "--db", "other.db", "--quiet"], check=True,
                   stdout=subprocess.DEVNULL, env=environment())


def main():
    passed, failed, skipped = 0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.mkdir("some")
        pathlib.Path("my.csv").write_text("a,class\n1,x\n")
        pathlib.Path("two.ini").write_text("[sweep]\nname = two words\ndatasets = iris\nmethods = base, difficulty\n[settings]\nepochs = 1\n")
        make_database()
        checks = []
        for shell, offers in (("bash", bash_offers), ("fish", fish_offers), ("zsh", None)):
            if shutil.which(shell) is None:
                print(f"SKIP: {shell}: not installed")
                skipped += 1
                continue
            for line, some, none in CASES if offers else []:
                found, said = offers(line)
                names = [name.removesuffix("/") for name in found]
                checks.append((f"{shell}: {line}", all(name in names for name in some) and not any(name in names for name in none)
                               and said == "", f"{found} {said}"))
            seen = type_lines(shell, [line for line, _ in LINES])
            called = re.findall(r"^LINE:(.*?) ?:", seen.replace("\r", "\n"), re.M)
            checks.append((f"{shell}: lines", called == [line for _, line in LINES], f"{called} {seen[-3000:]}"))
    for name, is_right, said in checks:
        passed, failed = passed + is_right, failed + (not is_right)
        if not is_right:
            print(f"FAIL: {name}: {said}")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    sys.exit(1 if failed else 0)


main()
