"""XGBoost: xgboost.train(…, callbacks=[hardrow.xgboost.Callback(run, matrix)]): each round is an epoch."""
import numpy as np
import xgboost


class Callback(xgboost.callback.TrainingCallback):
    """Logs what the model predicts for `matrix`, a DMatrix of all rows of the run, in the order of its labels."""

    def __init__(self, run, matrix):
        super().__init__()
        self._run, self._matrix = run, matrix

    def after_iteration(self, model, epoch, evals_log):
        p = np.asarray(model.predict(self._matrix))
        self._run.log(None, p if p.ndim == 2 or self._run.classes is None else np.stack([1 - p, p], axis=1))
        self._run.end_epoch()
        return False
