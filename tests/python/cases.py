"""What the Python module does. Run by python_test.py with a Python that has numpy, in an empty folder; arguments: the program."""
import inspect
import os
import signal
import sqlite3
import subprocess
import sys
import time
import types
import typing
import unittest.mock

import numpy as np

import hardrow

HARDROW = sys.argv[1]
N, K = 300, 3


def subject():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, K, N)
    return labels, np.arange(N) % 4 == 0, rng.normal(size=(N, K)).astype(np.float32)


def softmax(logits):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def begin(path, **options):
    labels, test, _ = subject()
    return hardrow.Run(path, dataset="made", labels=labels, test=test, model="mine", **options)


def query(path, sql):
    with sqlite3.connect(path) as connection:
        return connection.execute(sql).fetchone()


def expect(given, expected):
    assert given == expected, f"{given!r}, not {expected!r}"


def refused(words, call, *arguments, **options):
    try:
        call(*arguments, **options)
    except hardrow.Error as problem:
        assert words in str(problem), f"'{problem}' without '{words}'"
        return
    raise AssertionError(f"no error: {words}")


def verify(path):
    done = subprocess.run([HARDROW, "verify", "--db", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def case_a_run_is_read_back():
    labels, test, logits = subject()
    rng = np.random.default_rng(1)
    # A text that reads as a number too large for one is a text.
    with begin("a.db", settings={"rate": 0.1, "nesterov": True, "net": "95e4271"}, seed=3) as run:
        for epoch in range(4):
            logits[np.arange(N), labels] += 0.3
            for batch in np.array_split(rng.permutation(N), 7):
                run.log(batch, logits[batch], "logits")
            run.log_series("loss", None, -np.log(softmax(logits))[np.arange(N), labels])
            run.log_matrix(0, "weight", np.eye(2, 3))
            run.end_epoch()
        weights, difficulty = run.weights(), run.difficulty()
    expect(run.run_id, 1)
    verify("a.db")
    dynamics = hardrow.read("a.db", 1)
    expect(dynamics.p.shape, (4, N, K))
    assert np.allclose(dynamics.p[-1], softmax(logits), atol=1e-6)
    assert np.array_equal(dynamics.labels, labels) and np.array_equal(dynamics.part == "test", test)
    assert np.allclose(dynamics.difficulty[-1], difficulty, rtol=1e-6)
    assert np.allclose(dynamics.weight[-1], weights, rtol=1e-6, equal_nan=True) and np.isnan(weights[test]).all()
    assert abs(np.nanmean(weights) - 1) < 1e-9
    rows = np.array(hardrow.connect("a.db").execute(
        "SELECT p_true, du, dl, difficulty FROM dynamics WHERE run_id = 1 ORDER BY epoch, instance_id").fetchall())
    for column, name in enumerate(("p_true", "du", "dl", "difficulty")):
        assert np.array_equal(rows[:, column].astype(np.float32), getattr(dynamics, name).reshape(-1)), name
    expect(query("a.db", "SELECT count(*), count(DISTINCT epoch) FROM instance_series WHERE name = 'loss'"), (4 * N, 4))
    expect(query("a.db", "SELECT settings ->> 'rate', settings ->> 'nesterov', seed FROM runs"), (0.1, 1, 3))


def case_to_pandas():
    import pandas

    frame = hardrow.read("a.db", 1).to_pandas()
    expect(len(frame), 4 * N)
    row = frame[(frame.epoch == 3) & (frame.instance_id == 17)].iloc[0]
    with hardrow.connect("a.db") as connection:
        expected = pandas.read_sql("SELECT * FROM dynamics WHERE run_id = 1 AND epoch = 3 AND instance_id = 17", connection).iloc[0]
    for name in ("part", "class", "predicted"):
        expect(row[name], expected[name])
    expect(np.float32(row.p_true), np.float32(expected.p_true))


def case_some_rows_only():
    labels, _, logits = subject()
    with begin("some.db") as run:
        run.log([3, 5], softmax(logits[[3, 5]]).tolist())
        run.end_epoch()
        run.log([5], softmax(logits[[5]]))
        run.end_epoch(number=10, carry=True)
    dynamics = hardrow.read("some.db", 1)
    expect(dynamics.epochs.tolist(), [1, 10])
    expect(np.flatnonzero(~np.isnan(dynamics.p_true[0])).tolist(), [3, 5])
    expect(np.flatnonzero(dynamics.predicted[1] >= 0).tolist(), [3, 5])
    expect(query("some.db", "SELECT seen FROM epochs WHERE epoch = 1"), (2,))
    verify("some.db")


def case_names_of_rows_and_classes():
    names = ["cat.png", "dog.png", "cow.png"]
    with hardrow.Run("names.db", dataset="pets", labels=["cat", "dog", "cow"], ids=names) as run:
        run.log(["cow.png"], [[0, 1, 0]])
        run.end_epoch()
        refused("no instance 'pig.png'", run.log, ["pig.png"], [[0, 1, 0]])
        refused("told by texts", run.log, [0], [[0, 1, 0]])
        run.log_draws(["dog.png", "dog.png"])
        refused("no instance 'pig.png'", run.log_draws, ["dog.png", "cat.png", "pig.png"])
        run.log(names, np.eye(3)[[0, 2, 1]])
        run.log([], np.zeros((0, 3)))
        run.log_draws([])
        run.end_epoch()
    expect(query("names.db", "SELECT dynamics.class, predicted, instance_key FROM dynamics JOIN instances USING (instance_id)"
                 " WHERE epoch = 1 AND p_true IS NOT NULL"), ("cow", "cow", "cow.png"))
    expect(query("names.db", "SELECT sum(draws), sum(draws) FILTER (WHERE class = 'dog') FROM dynamics WHERE epoch = 2"), (2, 2))
    with hardrow.Run("names.db", dataset="more pets", labels=["cat", "dog", "cow"], ids=["kočka", "", "c"]) as run:
        run.log(run.ids[1:], [[0, 0.25, 0.75], [0.5, 0.5, 0]])
        run.log(["kočka"], [[1, 0, 0]])
        run.end_epoch()
    expect(query("names.db", "SELECT group_concat(instance_key || p_true, ' ') FROM dynamics JOIN instances USING (instance_id)"
                 " WHERE run_id = 2 AND dataset_id = 2"), ("kočka1.0 0.75 c0.5",))
    with hardrow.Run("names.db", dataset="sparse", labels=[0, 1], ids=[7, 4000000000], class_names=["no", "yes"]) as run:
        run.log([4000000000], [[0.25, 0.75]])
        run.end_epoch()
    expect(hardrow.read("names.db", 3).ids.tolist(), [7, 4000000000])


def case_features_are_kept():
    labels, test, logits = subject()
    with hardrow.Run("features.db", dataset="made", labels=labels, test=test, features=logits, feature_names=["a", "b", "c"]) as run:
        run.log(None, softmax(logits))
        run.end_epoch()
    verify("features.db")
    with hardrow.connect("features.db") as connection:
        rows = connection.execute("SELECT instance_id, feature, value FROM features ORDER BY instance_id, feature").fetchall()
    expect(rows, [(i, "abc"[j], float(logits[i, j])) for i in range(N) for j in range(K)])


def case_every_sampler_weighs_and_draws():
    labels, test, logits = subject()
    try:
        begin("samplers.db", sampler="none")
    except hardrow.Error as problem:
        names = str(problem).split("only ")[1].split(", ")
    assert {"multinomial", "self-paced", "curriculum"} <= set(names), names
    for number, name in enumerate(names, 1):
        with begin("samplers.db", sampler=name, epochs=3) as run:
            for epoch in range(3):
                run.log(None, logits * (epoch + 1), "logits")
                run.log_draws(run.draw())
                run.end_epoch()
            weights = run.weights()
        assert np.isnan(weights[test]).all() and abs(weights[~test].mean() - 1) < 1e-9, name
        draws = hardrow.read("samplers.db", number).draws
        assert (draws[:, test] == 0).all() and (draws.sum(axis=1) > 0).all(), name
    # In tables they are what 'hardrow train --method' calls them: class-balanced is a loss there.
    called = {"all": "base", "multinomial": "difficulty", "class-balanced": "class-balanced-sampling",
              "square-root": "square-root-sampling"}
    expect(query("samplers.db", "SELECT group_concat(method, ', ') FROM (SELECT method FROM runs ORDER BY run_id)"),
           (", ".join(called.get(name, name) for name in names),))
    verify("samplers.db")


def case_very_many_draws_are_counted():
    """70,000 of one row: the same in the stock views, hardrow's own, exports, read() and verify; other epochs are as ever."""
    labels, test, logits = subject()
    target = logits[:, 0].astype(np.float64)
    drawn = np.flatnonzero(~test)[[5, 2]]
    for name, rows, values in (("classes", {"labels": labels}, softmax(logits)), ("numbers", {"target": target}, target)):
        path = f"many_{name}.db"
        with hardrow.Run(path, dataset="made", test=test, model="mine", **rows) as run:
            for count in (65534, 70000, 3):
                run.log(None, values)
                run.log_draws(drawn[[0] * count + [1]])
                run.end_epoch()
        verify(path)
        view = "dynamics" if name == "classes" else "regression_dynamics"
        sql = f"SELECT draws FROM {view} WHERE instance_id IN ({drawn[0]}, {drawn[1]}) ORDER BY epoch, draws DESC"
        counts = [65534, 1, 70000, 1, 3, 1]
        with sqlite3.connect(path) as connection:
            expect([draws for draws, in connection.execute(sql)], counts)
        own = subprocess.run([HARDROW, "sql", sql, "--db", path, "--format", "csv"], capture_output=True, text=True)
        expect(own.stdout.split(), ["draws", *map(str, counts)])
        read = hardrow.read(path, 1)
        expect(read.draws[:, drawn].ravel().tolist(), counts)
        expect(int(read.draws.sum()), sum(counts))
        if name == "numbers":
            continue
        for form in ("csv", "npy"):
            subprocess.run([HARDROW, "export", "1", "--db", path, "--format", form, "--out", f"many_{form}"], check=True,
                           capture_output=True)
        expect(np.load("many_npy/run1_draws.npy").tolist(), read.draws.tolist())
        with open("many_csv/run1_dynamics.csv", encoding="utf-8") as file:
            expect(sum(line.rstrip().endswith(",70000") for line in file), 1)


def case_a_regression_is_that_of_the_trainer():
    """What our trainer predicts, logged, comes to the rows that it records itself."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=(N, K))
    target = 100 + x @ [3, -2, 1] + rng.normal(size=N) ** 3
    np.savetxt("numbers.csv", np.column_stack([x, target]), delimiter=",", header="a,b,c,y", comments="")
    trained = subprocess.run([HARDROW, "train", "--data", "numbers.csv", "--task", "regression", "--label", "y", "--method", "difficulty",
                              "--epochs", "4", "--db", "numbers.db", "--seed", "1"], capture_output=True, text=True)
    expect((trained.returncode, trained.stderr), (0, trained.stderr))
    theirs = hardrow.read("numbers.db", 1)
    with hardrow.Run("numbers.db", dataset="logged", target=theirs.target, test=theirs.part == "test", model="mine") as run:
        for epoch in theirs.predicted:
            for batch in np.array_split(rng.permutation(N), 5):
                run.log(batch, epoch[batch].astype(np.float64))
            run.end_epoch()
        weights = run.weights()
    verify("numbers.db")
    ours = hardrow.read("numbers.db", 2)
    expect(ours.classes, theirs.classes)
    assert np.array_equal(ours.labels, theirs.labels)
    for name in ("target", "predicted", "residual", "du", "dl", "difficulty", "weight"):
        assert np.allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-5, atol=1e-6, equal_nan=True), name
    assert np.allclose(weights, theirs.weight[-1], rtol=1e-5, equal_nan=True)
    for view, order in (("regression_metrics", "epoch, part, shot"), ("instance_summary", "instance_id"),
                        ("regression_dynamics", "epoch, instance_id")):
        with hardrow.connect("numbers.db") as connection:
            both = [connection.execute(f"SELECT * FROM {view} WHERE run_id = {number} ORDER BY {order}") for number in (2, 1)]
            names = [column[0] for column in both[0].description]
            both = [rows.fetchall() for rows in both]
        expect(len(both[0]), len(both[1]))
        for left, right in zip(*both):
            for name, value, other in zip(names, left, right):
                # Draws are not logged here.
                near = isinstance(value, float) and isinstance(other, float) and abs(value - other) <= 1e-5 * (1 + abs(other))
                assert value == other or near or name in ("run_id", "draws"), f"{view}.{name}: {value} and {other}: {right}"
    hardest = [subprocess.run([HARDROW, "report", "hardest", "--run", number, "--db", "numbers.db", "--format", "csv"], capture_output=True,
                              text=True).stdout.splitlines() for number in ("1", "2")]
    expect(*[[row.split(",")[1] for row in rows] for rows in hardest])
    expect(len(hardest[0]), 11)


def case_some_numbers_only():
    target = np.arange(N) % 50
    with hardrow.Run("some_numbers.db", dataset="d", target=target[:, None], target_bins="width:5", test=np.arange(N) % 3 == 0) as run:
        run.log([3, 5], [[1], [2]])
        run.end_epoch()
        run.log([5], [6.5])
        run.end_epoch(carry=True)
        run.log([9], np.float32([7]))
        run.end_epoch()
        run.log([5], [50])
        refused("they are rows of one number", run.log, None, np.zeros((N, 2)))
        refused("predictions of it are HARDROW_NUMBERS", run.log, None, np.zeros(N), "logits")
    dynamics = hardrow.read("some_numbers.db", 1)
    expect(dynamics.classes[:2], ["0..5", "5..10"])
    expect([np.flatnonzero(~np.isnan(row)).tolist() for row in dynamics.residual], [[3, 5], [3, 5], [9]])
    expect(dynamics.residual[1][[3, 5]].tolist(), [-2, 1.5])
    expect(query("some_numbers.db", "SELECT last_residual FROM instance_summary WHERE instance_id = 5"), (1.5,))
    verify("some_numbers.db")
    refused("one of the two", hardrow.Run, "some_numbers.db", dataset="d")
    refused("one number a row", hardrow.Run, "some_numbers.db", dataset="d", target=np.zeros((3, 2)))
    refused("target: could not convert string to float: 'low'; it is one number a row: give texts, which are classes, as labels",
            hardrow.Run, "some_numbers.db", dataset="d", target=["low", "high"])
    refused("target: ", hardrow.Run, "some_numbers.db", dataset="d", target=[1, [2, 3]])


def case_regressors_of_others():
    from sklearn.neural_network import MLPRegressor

    import hardrow.lightgbm
    import hardrow.sklearn
    import hardrow.torch
    import torch

    _, test, logits = subject()
    target = logits.sum(axis=1)

    def one(**options):
        return hardrow.Run("regressors.db", dataset="d", target=target, test=test, **options)

    estimator = MLPRegressor(random_state=0)
    with one() as run:
        hardrow.sklearn.fit(run, estimator, logits, target, 2)
    assert np.allclose(hardrow.read("regressors.db", 1).predicted[-1], estimator.predict(logits), atol=1e-5)
    with one() as run:
        model = types.SimpleNamespace(predict=lambda x, num_iteration: x[:, 0])
        hardrow.lightgbm.callback(run, logits)(types.SimpleNamespace(model=model, iteration=0))
    assert np.allclose(hardrow.read("regressors.db", 2).predicted[0], logits[:, 0], atol=1e-6)
    with one() as run:
        hardrow.torch.log(run, torch.nn.Linear(K, 1), torch.utils.data.DataLoader(torch.as_tensor(logits), batch_size=64))
        run.end_epoch()
    verify("regressors.db")


def case_the_library_of_a_program_in_the_root():
    with unittest.mock.patch("shutil.which", return_value="/hardrow"):
        assert "libhardrow.so.0" in list(hardrow._library._places())


def case_what_is_refused():
    labels, test, logits = subject()
    refused("no/folder", begin, "no/folder/a.db")
    # As pandas has it: it cannot be compared.
    unknown = type("NAType", (), {"__ne__": lambda self, other: self, "__bool__": lambda self: [][0]})()
    for missing in ([0, 1, float("nan")], ["x", "y", None], ["x", "y", float("nan")], ["x", "y", unknown],
                    np.array(["x", "y", np.float32("nan")], object), np.array(["2026-01-01", "2026-01-02", "NaT"], "M8[D]")):
        refused("labels: row 2 has none", hardrow.Run, "bad.db", dataset="d", labels=missing)
    refused("they are all texts or all numbers", hardrow.Run, "bad.db", dataset="d", labels=np.array(["x", 1], object))
    with hardrow.Run("bytes.db", dataset="d", labels=[b"x", b"y"], ids=[b"1", b"2"]) as run:
        assert run.classes == ["x", "y"]
        run.log(["2"], [[0, 1]])
        run.end_epoch()
    refused("must not hold NUL", hardrow.Run, "bad.db", dataset="d", labels=[0, 1], ids=[b"a\0b", b"c"])
    refused("3 ids for 2 rows", hardrow.Run, "bad.db", dataset="d", labels=[0, 1], ids=[1, 2, 3])
    refused("must ascend", hardrow.Run, "bad.db", dataset="d", labels=[0, 1], ids=[2, 1])
    refused("numbers with a fraction", hardrow.Run, "bad.db", dataset="d", labels=[0, 1], ids=[0.5, 1])
    refused("'net' is no number", begin, "bad.db", settings={"net": [1, 2]})
    refused("is no", begin, "bad.db", settings={"net": float("inf")})
    refused("there is no such file", hardrow.read, "none.db", 1)
    refused("one class a row", hardrow.Run, "bad.db", dataset="d", labels=np.eye(3))
    for seed in (-1, 2**64):
        refused(f"seed: {seed}", begin, "bad.db", seed=seed)
    refused("whole numbers from 0 to 1", hardrow.Run, "bad.db", dataset="d", labels=[0.5, 1], class_names=["a", "b"])
    refused("True or 1", hardrow.Run, "bad.db", dataset="d", labels=[0, 1], test=[0.5, 0])
    refused("must not hold NUL", hardrow.Run, "bad.db", dataset="d", labels=[0, 1], ids=["a\0", "a\0b"])
    refused("must not hold NUL", hardrow.Run, "bad.db", dataset="d", labels=[0, 1], ids=["a\0é", "b"])
    run = begin("bad.db")
    run.log([], np.zeros((0, 3)))
    run.log(None, np.broadcast_to(np.float64(1 / 3), (N, K)))
    refused("whom was drawn", run.log_draws, None)
    refused("it is one of", run.finish, "completed")
    refused("they count from 0", run.log_matrix, -1, "w", [[1]])
    refused("values: could not convert string to float: 'a'; they are numbers", run.log_matrix, 0, "w", [["a"]])
    refused("values: could not convert string to float: 'a'; they are numbers", run.log_series, "loss", [0], ["a"])
    refused("predictions: could not convert string to float: 'a'; they are numbers", run.log, [0], [["a", "b", "c"]])
    refused("features: could not", hardrow.Run, "bad.db", dataset="d", labels=[0, 1], features=[["a"], ["b"]])
    run.end_epoch()
    refused("they are rows of 3 classes", run.log, None, np.zeros((4, 2)))
    refused("are they logits?", run.log, None, logits)
    refused("it is one of", run.log, None, logits, "odds")
    refused("nobody was predicted", run.end_epoch)
    refused("not a number", run.log, [0], [[np.nan, 0, 1]])
    run.finish()
    refused("the run has ended", run.log, None, logits)
    refused("no run 9", hardrow.read, "bad.db", 9)


def run_program(text, *arguments, **options):
    return subprocess.Popen([sys.executable, "-c", "import sys; sys.path.insert(0, %r)\n" % os.path.dirname(__file__) + text,
                             HARDROW, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def case_how_a_run_ends():
    endings = [
        ("with begin('end.db') as run:\n  raise ValueError('too bad')", "failed", "ValueError: too bad"),
        ("with begin('end.db') as run:\n  raise KeyboardInterrupt", "interrupted", "KeyboardInterrupt"),
        ("run = begin('end.db')", "interrupted", "the program ended"),
        ("with begin('end.db') as run:\n  raise ValueError('\\udcff')", "failed", "ValueError: ?"),
        ("run = begin('end.db'); run = None", "interrupted", "the run was let go of"),
        ("run = begin('end.db'); run.finish('diverged', 'loss is NaN')", "diverged", "loss is NaN"),
        ("run = begin('end.db'); run.sync(); import os; os._exit(0)", "interrupted", "its process is gone"),
    ]
    for text, _, _ in endings:
        run_program("from cases import begin\n" + text).communicate()
    # The next to write finds that the last one is dead.
    begin("end.db").finish()
    for number, (_, status, message) in enumerate(endings, 1):
        expect(query("end.db", f"SELECT status, message FROM runs WHERE run_id = {number}"), (status, message))


def case_kill_loses_the_open_epoch_alone():
    """Of a training in PyTorch, whose workers outlive it."""
    import torch  # noqa: F401

    child = run_program("""
from cases import *
import torch
import hardrow.torch
_, _, logits = subject()
loader = torch.utils.data.DataLoader(torch.as_tensor(logits), batch_size=64, num_workers=2, persistent_workers=True)
run = begin("kill.db")
for epoch in range(1000):
    hardrow.torch.log(run, torch.nn.Linear(K, K), loader)
    run.end_epoch()
    if epoch == 5:
        run.sync()
        print("ready", flush=True)
        run.log([1, 2], logits[:2], "logits")
        time.sleep(60)
""")
    expect(child.stdout.readline().strip(), "ready")
    child.send_signal(signal.SIGKILL)
    child.wait()
    begin("kill.db").finish()
    expect(query("kill.db", "SELECT status, epochs FROM runs WHERE run_id = 1"), ("interrupted", 6))
    expect(query("kill.db", "SELECT count(p_true) FROM dynamics WHERE run_id = 1"), (6 * N,))
    verify("kill.db")


def case_eight_processes_log_into_one_file():
    children = [run_program("""
from cases import *
_, _, logits = subject()
with begin("eight.db", seed=int(sys.argv[2])) as run:
    for epoch in range(20):
        run.log(None, logits * epoch, "logits")
        run.end_epoch()
""", str(seed)) for seed in range(8)]
    for child in children:
        out, err = child.communicate(timeout=120)
        expect((child.returncode, out, err), (0, "", ""))
    expect(query("eight.db", "SELECT count(*), sum(epochs), count(DISTINCT dataset_id), count(DISTINCT seed) FROM runs"
                 " WHERE status = 'done'"), (8, 160, 1, 8))
    verify("eight.db")


def case_what_is_public_has_types():
    for call in (hardrow.read, hardrow.connect, hardrow.version, hardrow.Run.__init__,
                 *(value for name, value in vars(hardrow.Run).items() if name[0] != "_" and callable(value))):
        hints = set(typing.get_type_hints(call))
        expect(hints, set(inspect.signature(call).parameters) - {"self"} | {"return"})


def case_a_child_cannot_open_what_was_open():
    begin("closed.db").finish()
    with begin("forked.db") as run:
        child = os.fork()
        if child == 0:
            try:
                refused("was open when this process was forked", begin, "forked.db")
                for path in "own.db", "closed.db":
                    begin(path).finish()
                os.rename("forked.db", "moved.db")
                refused("was open when this process was forked", begin, "moved.db")
                for path in "forked.db", "own.db":
                    begin(path).finish()
                os.rename("moved.db", "forked.db")
                os._exit(0)
            finally:
                os._exit(1)
        expect(os.waitpid(child, 0)[1], 0)
        begin("forked.db").finish()
        run.log(None, np.full((N, K), 1 / K))
        run.end_epoch()
    expect(query("own.db", "SELECT min(status), max(status), count(*) FROM runs"), ("done", "done", 2))


def case_pytorch():
    import torch

    labels, test, logits = subject()
    x, y = torch.as_tensor(logits), torch.as_tensor(labels)
    train = torch.utils.data.TensorDataset(x[~test], y[~test])
    whole = torch.utils.data.TensorDataset(x, y)
    torch.manual_seed(0)
    net = torch.nn.Linear(K, K)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5)
    import hardrow.torch

    with begin("torch.db") as run:
        sampler = hardrow.torch.DifficultySampler(run)
        # Workers are forked: the handles are not theirs.
        loader = torch.utils.data.DataLoader(train, batch_size=32, sampler=sampler, num_workers=2)
        for _ in range(3):
            for inputs, truth in loader:
                optimizer.zero_grad()
                torch.nn.functional.cross_entropy(net(inputs), truth).backward()
                optimizer.step()
            hardrow.torch.log(run, net, torch.utils.data.DataLoader(whole, batch_size=64))
            run.log_matrix(0, "weight", net.weight)
            run.end_epoch()
        assert net.training
    expect(query("torch.db", "SELECT sum(draws), sum(iif(part = 'test', draws, 0)) FROM dynamics WHERE epoch = 2"),
           (int((~test).sum()), 0))
    assert np.allclose(hardrow.read("torch.db", 1).p[-1], torch.softmax(net(x), 1).detach().numpy(), atol=1e-6)
    verify("torch.db")


def case_scikit_learn():
    from sklearn.linear_model import LogisticRegression, SGDClassifier
    from sklearn.neural_network import MLPClassifier

    import hardrow.sklearn

    labels, test, logits = subject()
    for estimator in (SGDClassifier(loss="log_loss", random_state=0), MLPClassifier(random_state=0),
                      LogisticRegression(warm_start=True, max_iter=1, solver="saga")):
        with begin("sklearn.db", method=type(estimator).__name__) as run:
            import warnings

            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                hardrow.sklearn.fit(run, estimator, logits, labels, 3)
        assert np.allclose(hardrow.read("sklearn.db", run.run_id).p[-1], estimator.predict_proba(logits), atol=1e-6)


def case_scikit_learn_counts_rows_by_position():
    import pandas
    from sklearn.linear_model import SGDClassifier

    import hardrow.sklearn

    labels, _, logits = subject()
    names, index = np.array(["low", "mid", "high"])[labels], np.random.default_rng(1).permutation(N)
    frame = pandas.DataFrame(logits, columns=["a", "b", "c"], index=index)
    recorded = []
    for x, y in ((logits, names), (logits, pandas.Series(names, index=index)), (frame, pandas.Series(names, index=index[::-1])),
                 (frame, pandas.Series(names, index=np.arange(N) + 1000, dtype="category")), (logits.tolist(), names.tolist())):
        with begin("positions.db", method=str(len(recorded))) as run:
            estimator = hardrow.sklearn.fit(run, SGDClassifier(loss="log_loss", random_state=0), x, y, 2)
        recorded.append(hardrow.read("positions.db", run.run_id).p[-1])
        assert np.allclose(recorded[0], recorded[-1], atol=1e-6), f"{type(x)}, {type(y)}"
        expect(list(getattr(estimator, "feature_names_in_", [])), ["a", "b", "c"] if x is frame else [])


def case_scikit_learn_adds_trees():
    from sklearn import ensemble

    import hardrow.sklearn

    labels, test, logits = subject()
    for name, option, given in (("GradientBoosting", "n_estimators", 1), ("RandomForest", "n_estimators", 3),
                                ("HistGradientBoosting", "max_iter", 2)):
        for kind, y in (("Classifier", labels), ("Regressor", logits.sum(axis=1))):
            estimator = getattr(ensemble, name + kind)(warm_start=True, random_state=0, **{option: given})
            subject_of = {"labels": y} if kind == "Classifier" else {"target": y}
            with hardrow.Run("trees.db", dataset=kind, test=test, model=name, **subject_of) as run:
                hardrow.sklearn.fit(run, estimator, logits, y, 3)
                expect(estimator.get_params()[option], 3 * given)
                expect(len(estimator.estimators_) if option == "n_estimators" else estimator.n_iter_, 3 * given)
                hardrow.sklearn.fit(run, estimator, logits, y, 1)  # what is fitted grows at once
                expect(estimator.get_params()[option], 6 * given)
            read = hardrow.read("trees.db", run.run_id)
            epochs = read.p if kind == "Classifier" else read.predicted
            assert all(not np.array_equal(one, other) for one, other in zip(epochs, epochs[1:])), name + kind
    verify("trees.db")


def case_scikit_learn_says_what_to_do():
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    import hardrow.sklearn

    labels, _, logits = subject()
    with begin("advice.db") as run:
        for estimator, words in ((LogisticRegression(), "LogisticRegression: it has no partial_fit: set warm_start=True"),
                                 (make_pipeline(StandardScaler(), LogisticRegression(warm_start=True)),
                                  "Pipeline: a pipeline has no partial_fit: fit the preparation first and give its last step"),
                                 (KNeighborsClassifier(), "log what it predicts with run.log")):
            try:
                hardrow.sklearn.fit(run, estimator, logits, labels, 3)
            except ValueError as problem:
                assert words in str(problem), problem
            else:
                raise AssertionError(f"no error: {words}")
        try:
            hardrow.sklearn.fit(run, LogisticRegression(warm_start=True), logits[:-1], labels, 3)
        except ValueError as problem:
            assert f"x has {N - 1} rows and y {N}, the run {N}" in str(problem), problem
        else:
            raise AssertionError("no error: rows that are missing")


def stand_in(name, **contents):
    """A module of that name, if the real one is not there."""
    try:
        __import__(name)
        return False
    except ImportError:
        parts = name.split(".")
        for i in range(1, len(parts) + 1):
            sys.modules.setdefault(".".join(parts[:i]), types.ModuleType(".".join(parts[:i])))
            if i > 1:
                setattr(sys.modules[".".join(parts[:i - 1])], parts[i - 1], sys.modules[".".join(parts[:i])])
        for key, value in contents.items():
            setattr(sys.modules[name], key, value)
        return True


class Base:
    """Of a callback."""


def case_xgboost():
    import xgboost

    import hardrow.xgboost

    _, test, logits = subject()
    rows = xgboost.DMatrix(logits)
    many, two = logits.argmax(axis=1), (logits[:, 0] > 0).astype(int)
    trainings = [({"labels": many}, {"objective": "multi:softprob", "num_class": K}), ({"labels": two}, {"objective": "binary:logistic"}),
                 ({"target": logits[:, 1]}, {})]
    for number, (subjects, parameters) in enumerate(trainings, 1):
        with hardrow.Run("xgboost.db", dataset=f"made {number}", test=test, **subjects) as run:
            model = xgboost.train(parameters, xgboost.DMatrix(logits[~test], *[y[~test] for y in subjects.values()]), 3,
                                  callbacks=[hardrow.xgboost.Callback(run, rows)])
        dynamics, predicted = hardrow.read("xgboost.db", number), model.predict(rows)
        expect(dynamics.epochs.tolist(), [1, 2, 3])
        last = dynamics.predicted[-1] if "target" in subjects else dynamics.p[-1] if number == 1 else dynamics.p[-1][:, 1]
        assert np.allclose(last, predicted, atol=1e-6), number


def case_lightgbm():
    """Of the callback's protocol."""
    import hardrow.lightgbm

    _, _, logits = subject()
    model = types.SimpleNamespace(predict=lambda rows, num_iteration: softmax(rows))
    with begin("lightgbm.db") as run:
        callback = hardrow.lightgbm.callback(run, logits)
        for iteration in range(2):
            callback(types.SimpleNamespace(model=model, iteration=iteration))
    expect(query("lightgbm.db", "SELECT epochs FROM runs WHERE status = 'done'"), (2,))


def case_keras_and_lightning():
    import torch

    _, _, logits = subject()
    if stand_in("keras.callbacks", Callback=Base):
        import hardrow.keras

        with begin("fit.db", method="keras") as run:
            callback = hardrow.keras.Callback(run, logits)
            callback.model = types.SimpleNamespace(predict=lambda x, batch_size, verbose: softmax(x))
            for epoch in range(2):
                callback.on_epoch_end(epoch, {})
        expect(query("fit.db", "SELECT epochs FROM runs WHERE method = 'keras'"), (2,))
    if stand_in("lightning.pytorch.callbacks", Callback=Base):
        import hardrow.lightning

        net = torch.nn.Identity()
        net.device = "cpu"
        loader = torch.utils.data.DataLoader(torch.as_tensor(logits), batch_size=64)
        with begin("fit.db", method="lightning") as run:
            hardrow.lightning.Callback(run, loader).on_train_epoch_end(None, net)
        expect(query("fit.db", "SELECT epochs FROM runs WHERE method = 'lightning'"), (1,))


def run_cases(cases):
    """Those of a module's names that begin with case_; 0 if all are well."""
    passed, failed = 0, 0
    for name, case in list(cases.items()):
        if not name.startswith("case_"):
            continue
        begun = time.time()
        try:
            case()
            passed += 1
        except ImportError as problem:
            if "hardrow" in str(problem):
                raise
            print(f"skipped: Python: {name[5:]}: {problem}")
        except Exception as problem:
            import traceback

            print(f"FAIL {name[5:]} after {time.time() - begun:.1f} s: {traceback.format_exc()}")
            failed += 1
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(run_cases(globals()))
