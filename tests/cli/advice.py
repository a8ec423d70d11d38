#!/usr/bin/env python3
"""tests/cli/advice.py HARDROW: what messages advise works when it is followed.

An advice is a text of src that names an option or a command. Each case is a call that provokes some, and one that follows them,
which must succeed. An advice that no case provokes must stand in NOT_FOLLOWED, and nothing else may. The last line printed is
`N passed, N failed`."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

HARDROW = pathlib.Path(sys.argv[1]).resolve()
SOURCE = pathlib.Path(__file__).resolve().parents[2]
# Help, tables of options, what other programs are called with.
NO_MESSAGES = re.compile(r"\.(?:help|summary|details|arguments?|formula|note|name|draws|shared_\w+) =\s*$|help_write_entry|define FACTOR")
NO_FILES = {"src/cli/help.c", "src/cli/main.c", "src/data/fetch.c", "src/cli/man.c", "src/report/gnuplot.c"}
LITERALS = re.compile(r'(?:"(?:[^"\\\n]|\\.)*"(?:\s|PRI[a-z]\d+|PAGE_REPORT)*)+')

SETUP = """
cp "$SOURCE"/datasets/iris.csv "$SOURCE"/datasets/glass.csv .
hardrow train --data iris.csv --epochs 4 --record-weights every:1 --quiet
hardrow train --data iris.csv --epochs 4 --record last --record-weights none --quiet
printf 'a,b,class\\n1,,x\\n2,3,y\\n3,1,x\\n4,2,y\\n5,3,x\\n6,1,y\\n' > gaps.csv
printf 'a,b,class\\n1,2,x\\n2,3,y\\n3,1,\\n4,2,y\\n5,3,x\\n6,1,y\\n' > nolabel.csv
printf 'a,b,class\\n2020-01-01,1,x\\n2020-01-02,2,y\\n2020-01-03,1,x\\n2020-01-04,1,y\\n2020-01-05,4,y\\n' > dates.csv
{ echo a,b,class; for i in $(seq 30); do echo $i,$((i * i % 7)),$((i % 2)); done; } > counted.csv
{ echo t,a,class; for i in $(seq 30); do echo w$((i % 15)),$((i * i % 7)),$((i % 2)); done; } > words.csv
{ seq -s, 300 | sed 's/[0-9]*/x&/g; s/$/,class/'; for i in $(seq 40); do for j in $(seq 300); do echo -n 0.$((i * j * 7919 % 9973))1234567891,; done; echo $((i % 2)); done; } > wide.csv
{ echo a,b,y; for i in $(seq 40); do echo $((i * i % 11)),$((i * 3 % 7)),$((i * i)).5; done; } > numbers.csv
printf '[sweep]\\nname = s\\ndatasets = iris.csv\\nmethods = base, difficulty\\nsplits = 2\\n[settings]\\nepochs = 2\\n' > s.ini
hardrow sweep s.ini --quiet
mkdir pictures; for part in train t10k; do
printf '\\0\\0\\010\\003\\0\\0\\0\\006\\0\\0\\0\\001\\0\\0\\0\\002\\0\\001\\0\\002\\0\\003\\377\\001\\377\\002\\377\\003' > pictures/$part-images-idx3-ubyte
printf '\\0\\0\\010\\001\\0\\0\\0\\006\\003\\003\\003\\007\\007\\007' > pictures/$part-labels-idx1-ubyte; done
mkdir folder; echo > folder/run1_epochs.csv
"""

PARTS = "printf 'a,b,part,class\\n1,2,train,x\\n2,3,test,y\\n3,1,,x\\n4,2,train,y\\n5,3,test,x\\n6,1,train,y\\n7,1,train,x\\n' > parts.csv"
LONG = "printf '[sweep]\\nname = long\\ndatasets = iris.csv\\nmethods = base\\nsplits = 1\\n[settings]\\nepochs = 9999999\\nrecord = last\\nrecord_weights = last\\n' > long.ini"
UNTIL_EPOCH = "until [ \"$(sqlite3 long.db 'SELECT max(epoch) FROM epoch')\" -gt %s ]; do sleep 0.1; done; kill $!; wait"

# (what provokes, what follows): each in the folder that SETUP made.
CASES = [
    ("hardrow nonsense", "hardrow help"),
    ("(echo '# by hand'; cat iris.csv) > comment.csv; hardrow train --data comment.csv", "hardrow train --data comment.csv --comment '#' --epochs 2 --db o.db"),
    ("hardrow train --task regression --data numbers.csv --epochs 2 --learning-rate 0.01 --quiet --db p.db; hardrow predict 1 numbers.csv --probabilities --db p.db",
     "hardrow predict 1 numbers.csv --db p.db"),
    ("hardrow train --data iris.csv --epochs 2 --quiet --db g.db; sed '2s/^[^,]*/?/' iris.csv > hole.csv; hardrow predict 1 hole.csv --db g.db",
     "sed '2s/^[^,]*/?/' iris.csv > hole.csv; hardrow train --data hole.csv --missing mean --epochs 2 --db o.db"),
    ("hardrow train --data words.csv --encode ordinal --epochs 1 --quiet --db e.db; hardrow predict 1 words.csv --db e.db",
     "sed 's/^w//' words.csv > places.csv; hardrow predict 1 places.csv --db e.db"),
    ("cp t.db bad.db; sqlite3 bad.db 'UPDATE epoch SET train_loss = 7 WHERE epoch = 2'; hardrow merge m.db bad.db", "hardrow verify --db bad.db | grep 'epoch 2'"),
    ("cp t.db less.db; sqlite3 less.db 'UPDATE block SET p = zeroblob(length(p) - 4) WHERE block_id = 4'; hardrow export 1 --out e --db less.db; hardrow summarize 1 --db less.db",
     "hardrow verify 1 --db less.db | grep 'epoch 2'"),
    ("cp t.db other.db; sqlite3 other.db 'UPDATE block SET p = zeroblob(length(p)) WHERE block_id = 4'; hardrow whatif 1 --method difficulty --db other.db",
     "hardrow verify 1 --db other.db | grep 'epoch 2'"),
    ("cp t.db json.db; sqlite3 json.db \"UPDATE run SET settings = '{{\\\"a\\\":0}:0}'\"; hardrow sql 'SELECT json_valid(settings) AS v FROM run' --db json.db",
     "hardrow verify --db json.db | grep checksum"),
    ("cp \"$SOURCE\"/tests/fixtures/version8.db .; hardrow runs --db version8.db", "hardrow train --data iris.csv --epochs 1 --db version8.db && hardrow runs --db version8.db"),
    ("SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_COUNT=2 SLURM_ARRAY_TASK_MIN=3 SLURM_ARRAY_TASK_MAX=5 hardrow sweep s.ini --shard slurm",
     "hardrow sweep s.ini --shard 0/2 --quiet --db shard.db"),
    (f"{PARTS}; hardrow train --data parts.csv --missing mean", f"{PARTS}; hardrow train --data parts.csv --missing drop --epochs 1 --db o.db && hardrow train --data parts.csv --drop part --epochs 1 --db o.db"),
    ("hardrow train --data nolabel.csv --missing mean", "hardrow train --data nolabel.csv --missing drop --db o.db"),
    ("printf 'a,b,class\\n1,\"NA\",x\\n2,3,y\\n3,1,x\\n4,2,y\\n5,3,x\\n6,1,y\\n' > quoted.csv; hardrow train --data quoted.csv",
     "hardrow train --data quoted.csv --missing-values NA --missing mean --epochs 1 --db o.db"),
    ("hardrow train --data pictures --task regression", "hardrow train --data pictures --epochs 1 --db o.db"),
    ("mkdir -p alone/bin; cp \"$(command -v hardrow)\" alone/bin; alone/bin/hardrow train --data iris", "alone/bin/hardrow train --data iris --data-dir \"$SOURCE\"/datasets --epochs 1 --db o.db"),
    ("hardrow train --data iris.csv --model mlp --hidden 400,300 --epochs 1 --db o.db", "hardrow train --data iris.csv --model mlp --hidden 400,300 --epochs 1 --record-weights every:1 --db o.db"),
    ("hardrow train --data numbers.csv --task regression --model mlp --target-scale none --epochs 5 --db o.db",
     "hardrow train --data numbers.csv --task regression --model mlp --target-scale standard --epochs 5 --db o.db"),
    ("{ echo 0,1,2,3,4; for i in $(seq 30); do echo $((i * 7 % 11)),$((i * 5 % 13)),$((i % 3)),$((i % 5)),$((i % 2)); done; } > counts.csv; hardrow train --data counts.csv --epochs 1 --db o.db",
     "hardrow train --data counts.csv --header no --epochs 1 --db o.db"),
    ("printf '[sweep]\\nname = g\\ndatasets = words.csv\\nmethods = base, difficulty\\nsplits = 1\\n[settings]\\nepochs = 1\\n' > g.ini; hardrow sweep g.ini --quiet --db g.db",
     "hardrow sql 'SELECT run_id, message FROM runs WHERE message IS NOT NULL' --db g.db | grep guessing"),
    ("hardrow train --data words.csv --epochs 1 --db o.db", "hardrow train --data words.csv --epochs 9 --learning-rate 0.3 --db o.db"),
    # Of the rows with a = 0, 1, 2 there are 100, 60 and 52 of x: what grows evenly is above 1/2 for y at 2.
    ("awk 'BEGIN { print \"a,class\"; for (i = 0; i < 300; i++) print i % 3 \",\" (i % 3 == 0 || i / 3 >= (i % 3 == 1 ? 40 : 48) ? \"x\" : \"y\") }' > linear.csv; "
     "hardrow train --data linear.csv --test-fraction 0.1 --epochs 50 --db o.db", "hardrow train --data linear.csv --test-fraction 0.1 --epochs 50 --model mlp --db o.db"),
    ("hardrow train --data iris.csv --epochs 4 --record every:2 --record-weights every:2 --quiet --db r.db; hardrow influence --run 1 --save --db r.db",
     "hardrow train --data iris.csv --epochs 2 --record every:1 --record-weights every:1 --quiet --db r.db && hardrow influence --run 2 --save --db r.db"),
    ("awk 'BEGIN { print \"a,b,class\"; for (i = 0; i < 20000; i++) print i % 101 \",\" i % 37 \",\" i % 20 }' > many.csv; mkfifo said; "
     "hardrow train --data many.csv --epochs 60 --quiet --db big.db 2> said & grep -m1 'will write' said; kill $!; wait",
     "hardrow train --data many.csv --epochs 60 --record last --quiet --db o.db"),
    (f"{LONG}; hardrow sweep long.ini --quiet --db long.db & {UNTIL_EPOCH % 0}; hardrow verify --retrain --db long.db",
     f"before=$(sqlite3 long.db 'SELECT max(epoch) FROM epoch'); hardrow resume 1 --quiet --db long.db & {UNTIL_EPOCH % '$before'}"),
    ("hardrow train --data wide.csv --epochs 2 --quiet --db h.db; hardrow predict 1 wide.csv --db h.db", "hardrow predict 1 wide.csv --data wide.csv --db h.db"),
    ("hardrow sweep s.ini --shard 9/2", "hardrow sweep s.ini --shard 0/2 --quiet --db shard.db"),
    ("hardrow sweep s.ini --shard slurm", "hardrow sweep s.ini --shard 1/2 --quiet --db shard.db"),
    ("hardrow train", "hardrow datasets"),
    ("hardrow train --data nonsense", "hardrow datasets"),
    ("hardrow train --data iris --data-dir .. --nonsense 1", "hardrow help train --all"),
    ("hardrow train -Z", "hardrow help train --all"),
    ("hardrow report hardest --help", "hardrow help report"),
    ("hardrow show", "hardrow help show"),
    ("hardrow datasets fetch nonsense", "hardrow datasets"),
    ("hardrow adjust x --adjustment post-hoc", "hardrow runs"),
    ("hardrow methods nonsense", "hardrow methods"),
    ("hardrow train --data gaps.csv", "hardrow train --data gaps.csv --missing mean --db o.db && hardrow train --data gaps.csv --missing drop --db o.db"),
    ("printf 'a,class\\n1,NA\\n2,EU\\n3,NA\\n4,EU\\n' > namibia.csv; hardrow train --data namibia.csv",
     "hardrow train --data namibia.csv --missing-values - --epochs 1 --db o.db"),
    ("printf 'green,z\\nred,x\\nblue,y\\nred,x\\nblue,y\\n' > texts.csv; hardrow train --data texts.csv --epochs 1 --db o.db",
     "hardrow train --data texts.csv --header no --epochs 1 --db o.db"),
    ("hardrow train --data nolabel.csv", "hardrow train --data nolabel.csv --missing drop --db o.db"),
    ("hardrow train --data dates.csv", "hardrow train --data dates.csv --drop a --epochs 2 --db o.db"),
    ("hardrow train --data iris.csv --drop class", "hardrow train --data iris.csv --label sepal_length --drop class --epochs 2 --db o.db"),
    ("hardrow train --data glass.csv --label class --folds 2 --groups class", "hardrow train --data glass.csv --label ri --task regression --folds 2 --groups class --epochs 1 --db o.db"),
    ("hardrow train --data iris.csv --adjustment tde", "hardrow train --data iris.csv --adjustment tde --classifier cosine --epochs 2 --db o.db"),
    ("hardrow train --task regression --data numbers.csv --kernel none --kernel-size 5",
     "hardrow train --task regression --data numbers.csv --method lds --kernel gaussian --kernel-size 5 --epochs 2 --db o.db"),
    ("hardrow train --data words.csv --method smote", "hardrow train --data words.csv --method smote --drop t --epochs 2 --db o.db"),
    ("hardrow train --data glass.csv --learning-rate 30 --epochs 5 --db o.db", "hardrow train --data glass.csv --learning-rate 0.01 --epochs 5 --db o.db"),
    ("hardrow train --data glass.csv --scale none --epochs 5 --db o.db", "hardrow train --data glass.csv --scale standard --epochs 5 --db o.db"),
    ("hardrow train --data glass.csv --weight-decay 30 --epochs 5 --db o.db", "hardrow train --data glass.csv --weight-decay 0.001 --epochs 5 --db o.db"),
    ("hardrow train --task regression --data numbers.csv --epochs 2 --quiet --db p.db; hardrow report data-map --db p.db", "hardrow report residual-map --run 1 --db p.db"),
    ("hardrow train --data diabetes --data-dir \"$SOURCE\"/datasets --task regression --test-fraction 0.97 --db o.db",
     "hardrow train --data diabetes --data-dir \"$SOURCE\"/datasets --task regression --test-fraction 0.97 --weight-decay 1 --db o.db"),
    ("sed '3s/^[^,]*/inf/' iris.csv > inf.csv; hardrow train --data inf.csv", "hardrow train --data inf.csv --missing-values inf --missing mean --epochs 2 --db o.db"),
    ("sed '3s/^[^,]*/broken/' iris.csv > broken.csv; hardrow train --data broken.csv", "hardrow train --data broken.csv --missing-values broken --missing mean --epochs 2 --db o.db"),
    ("sed '3s/^[^,]*/5 or 6/' iris.csv > blank.csv; hardrow train --data blank.csv", "hardrow train --data blank.csv --drop sepal_length --epochs 2 --db o.db"),
    ("awk -F, 'NR < 40 { print $5 \",\" $0 }' iris.csv > one.csv; hardrow train --data one.csv --label class", "hardrow train --data glass.csv --label class --epochs 2 --db o.db"),
    ("hardrow train --data iris.csv --task regression", "hardrow train --data iris.csv --task regression --label petal_width --epochs 2 --db o.db"),
    ("hardrow influence 1 --run 1 --instance 3", "hardrow influence --run 1 --instance 3 && hardrow influence 1 --instance 3"),
    ("hardrow influence --run 2 --save", "hardrow train --data iris.csv --epochs 2 --record every:1 --record-weights every:1 --db m.db && hardrow influence --run 1 --save --db m.db"),
    ("hardrow influence --run 1 --instance 3 --epoch 9", "hardrow influence --run 1 --instance 3 --epoch 2"),
    ("hardrow sql --timeout 0.01 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n'", "hardrow sql --timeout 5 'SELECT 1 AS a'"),
    ("hardrow runs a b c", "hardrow help runs"),
    ("hardrow delete --status nonsense --yes", "hardrow delete --status failed --yes"),
    ("hardrow report accuracy-table --explain iris base --explain iris base", "hardrow report accuracy-table --experiment s --explain iris base"),
    ("hardrow train --data counted.csv --epochs 2 --db o.db", "hardrow train --data counted.csv --keep-ids --epochs 2 --db o.db"),
    ("hardrow train --data words.csv --max-levels 3", "hardrow train --data words.csv --drop t --epochs 2 --db o.db && hardrow train --data words.csv --max-levels 20 --epochs 2 --db o.db"),
    ("hardrow train --data words.csv --encode error", "hardrow train --data words.csv --encode one-hot --epochs 2 --db o.db"),
    ("hardrow train --data numbers.csv", "hardrow train --data numbers.csv --task regression --epochs 2 --db o.db"),
    ("hardrow train --data diabetes --data-dir \"$SOURCE\"/datasets --label age --epochs 1 --db o.db; hardrow train --data diabetes --data-dir \"$SOURCE\"/datasets",
     "hardrow train --data diabetes --data-dir \"$SOURCE\"/datasets --task regression --epochs 2 --db o.db"),
    ("hardrow train --data iris.csv --loss mse", "hardrow methods --task classification"),
    ("hardrow influence", "hardrow runs"),
    ("hardrow influence --run 1", "hardrow influence --run 1 --instance 3 && hardrow influence --run 1 --save"),
    ("hardrow influence --run 1 --epoch 2 --save", "hardrow influence --run 1 --epoch 2 --instance 3"),
    ("hardrow influence --run 1 --save", "hardrow report influence-agreement --run 1"),
    ("hardrow influence --run 2 --instance 3", "hardrow train --data iris.csv --epochs 2 --record-weights last --db o.db && hardrow influence --run 1 --instance 3 --db o.db"),
    ("hardrow resume 1", "hardrow train --data iris.csv --epochs 2 --keep-state --db k.db && hardrow resume 1 --epochs 3 --db k.db"),
    ("hardrow resume 1 --epochs 9", "hardrow train --data iris.csv --epochs 2 --keep-state --db l.db && hardrow resume 1 --epochs 3 --db l.db"),
    ("hardrow report nonsense", "hardrow report"),
    ("hardrow report --run 1", "hardrow report"),
    ("hardrow report hardest --csv-safe -f json", "hardrow report hardest --csv-safe --format csv"),
    ("hardrow report hardest --out x.html", "hardrow report html --out x.html"),
    ("hardrow report hardest --watch", "hardrow report html --watch --out y.html"),
    ("hardrow report hardest --data-dir .", "hardrow report html --data-dir . --out z.html"),
    ("hardrow report html", "hardrow report html --out w.html"),
    ("hardrow report hardest --file x.sql", "hardrow report hardest"),
    ("hardrow report data-map --svg x.svg -f csv", "hardrow report data-map -f csv"),
    ("hardrow report html --out x.html -f csv", "hardrow report html --out x.html"),
    ("hardrow sql .tables", "hardrow sql \"SELECT name FROM sqlite_schema WHERE type = 'view'\" | grep dynamics && hardrow sql 'SELECT * FROM runs LIMIT 1'"),
    ("hardrow sql 'SELECT :x'", "echo 'SELECT 1 AS a' > q.sql && hardrow report --file q.sql"),
    ("hardrow delete", "hardrow runs"),
    ("hardrow delete 3", "hardrow delete 3 --yes"),
    ("hardrow delete 2 --status failed", "hardrow delete --status failed --yes"),
    ("hardrow delete --experiment nonsense --yes", "hardrow runs"),
    ("hardrow export 1", "hardrow export 1 --out exported"),
    ("hardrow export 1 --what epochs --out folder", "hardrow export 1 --what epochs --out folder --force"),
    ("hardrow adjust 1", "hardrow help adjust"),
    ("hardrow compare 1 2 --metric macro-f1", "hardrow compare 1 2"),
    ("hardrow train --data iris.csv --epochs 1 --db o.db", "hardrow show 1 --db o.db"),
    ("hardrow verify 99", "hardrow runs"),
    ("printf '[sweep]\\nname = t\\ndatasets = iris.csv\\nmethods = base\\n[settings]\\nnonsense = 1\\n' > t.ini; hardrow sweep t.ini", "hardrow help train --all"),
]

# Followed, these get data sets from their sites: tests/unit/test_data_fetch.c does it without a network.
NOT_FOLLOWED = """
%s: not found; 'hardrow datasets fetch %s' gets it from UCI, or put %s into %s
%s: not found; 'hardrow datasets fetch %s' gets it%s%s%s, or put its four files into the folder %s in %s
"""


def advice_of(text):
    """The texts of one C file that name an option or a command: adjacent literals are one."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    for group in LITERALS.finditer(text):
        before = text[max(0, group.start() - 60):group.start()]
        if NO_MESSAGES.search(before.rstrip("\t\n ") + " ".rstrip()) or "#include" in before[-12:]:
            continue
        words = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', group[0].replace("PAGE_REPORT", '"html"'))).replace('\\"', '"').replace("\\n", "")
        if re.search(r"'hardrow [a-z]|hardrow sql |'report |(?<![\w-])--[a-z][a-z-]+", words) and " " in words:
            yield words


def all_advice():
    found = {}
    for path in sorted(SOURCE.glob("src/*/*.c")):
        name = str(path.relative_to(SOURCE))
        if name in NO_FILES or name.startswith(("src/rebalance/", "src/page/")):
            continue
        for words in advice_of(path.read_text()):
            found[words] = name
    return found


def pattern_of(words):
    """What printf() makes of a text."""
    pieces = re.split(r"%(?:%|[-+ #0]*[\d*]*(?:\.[\d*]+)?(?:hh|h|ll|l|z|j)?[a-zA-Z]?)", words)
    return re.compile(".*?".join(map(re.escape, pieces)), re.S)


def run(script, folder, environment):
    done = subprocess.run(["sh", "-c", script], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, errors="replace", check=False)
    return done.returncode, done.stdout + done.stderr


def main():
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HARDROW_")}
    environment |= {"PATH": f"{HARDROW.parent}:{os.environ['PATH']}", "SOURCE": str(SOURCE), "HARDROW_DB": "t.db", "LC_ALL": "C.UTF-8"}
    known, followed, wrong = all_advice(), set(), []
    with tempfile.TemporaryDirectory() as folder:
        environment["HOME"] = folder
        code, output = run("set -e\n" + SETUP, folder, environment)
        if code != 0:
            sys.exit(f"setup: {output}")
        for provoke, follow in CASES:
            _, output = run(provoke, folder, environment)
            heard = {words for words in known if pattern_of(words).search(output)}
            followed |= heard
            if not heard:
                wrong.append(f"{provoke}\ngives no advice: {output}")
            code, output = run(follow, folder, environment)
            if code != 0:
                wrong.append(f"{follow}\ndoes not work: {output}")
    # Of the file that it is about, whichever --db named.
    wrong += [f"{known[words]}: leaves out --db FILE: {words}" for words in sorted(known)
              if re.search(r"'hardrow (?:runs|show|verify|resume|report %s)[^'%]*(?:%lld)?'", words)]
    left = {line for line in NOT_FOLLOWED.splitlines() if line}
    wrong += [f"{known[words]}: not followed by any case: {words}" for words in sorted(known.keys() - followed - left)]
    wrong += [f"NOT_FOLLOWED has what is followed or gone: {words}" for words in sorted(left & followed | left - known.keys())]
    print("\n".join(wrong), end="\n" if wrong else "")
    print(f"{len(CASES) + len(known) - len(wrong)} passed, {len(wrong)} failed")
    return 1 if wrong else 0


sys.exit(main())
