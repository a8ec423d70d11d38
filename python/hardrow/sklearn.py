"""scikit-learn: trains an estimator epoch by epoch and logs what it predicts for every row."""
import inspect

import numpy as np


def fit(run, estimator, x, y, epochs, weigh=True):
    """Epochs of `partial_fit`, or, of an estimator with warm_start, of `fit` with one more iteration each. x, y: all rows of the run,
    training and test part, in the order of its labels. weigh: rows weigh what run.weights() says, where the estimator takes
    sample_weight. Returns the estimator."""
    train = run.train_positions
    step, options = getattr(estimator, "partial_fit", None), {} if run.classes is None else {"classes": np.unique(y)}
    if step is None:
        step, options = estimator.fit, {}
        if not estimator.get_params().get("warm_start"):
            raise ValueError(f"{type(estimator).__name__}: it has no partial_fit, and warm_start is not set")
    weigh = weigh and "sample_weight" in inspect.signature(step).parameters
    for _ in range(epochs):
        if weigh:
            options["sample_weight"] = run.weights()[train]
        step(x[train], y[train], **options)
        run.log(None, estimator.predict(x) if run.classes is None else estimator.predict_proba(x))
        run.end_epoch()
    return estimator
