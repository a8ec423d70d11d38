"""hardrow: which rows of a data set a model finds hard, and when.

    import hardrow

    with hardrow.Run("training.db", dataset="digits", labels=y, test=is_test, model="my net") as run:
        for epoch in range(20):
            ...                                  # train, with run.weights() or on run.draw()
            run.log(None, probabilities)         # or run.log(ids, logits, kind="logits"), in as many calls as you like
            run.end_epoch()

    dynamics = hardrow.read("training.db", run.run_id)       # numpy: dynamics.p_true is (epochs, rows)
    with hardrow.connect("training.db") as connection:       # sqlite3, with fast views
        connection.execute("SELECT * FROM instance_summary ORDER BY p_true_mean LIMIT 10").fetchall()

hardrow.torch, .sklearn, .xgboost, .lightgbm, .keras and .lightning log from these; they are imported by name.
"""
from ._library import Error, version
from ._read import Dynamics, connect, read
from ._run import Run

__all__ = ["Dynamics", "Error", "Run", "connect", "read", "version"]
__version__ = "0.1.0"
