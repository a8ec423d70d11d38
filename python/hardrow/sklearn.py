"""scikit-learn: trains an estimator epoch by epoch and logs what it predicts for every row."""
import inspect

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor


def fit(run, estimator, x, y, epochs, weigh=True):
    """Epochs of `partial_fit`, or, of an estimator with warm_start, of `fit`, which goes on from the epoch before by max_iter.
    Where the estimator counts its trees in all, an epoch adds as many as it was given: n_estimators, or max_iter of
    HistGradientBoosting, is raised before each epoch but that which is the estimator's first, and stays so: for another run take
    another estimator. x, y: all rows of the run, training and test part, in the order of its labels, as lists, arrays or of
    pandas, whose index does not count. weigh: rows weigh what run.weights() says, where the estimator takes sample_weight.
    Returns the estimator."""
    train, x, y = run.train_positions, _array(x), _array(y)
    if not x.shape[0] == y.shape[0] == len(run):
        raise ValueError(f"x has {x.shape[0]} rows and y {y.shape[0]}, the run {len(run)}: they are all of the run's")
    step, options = getattr(estimator, "partial_fit", None), {} if run.classes is None else {"classes": np.unique(y)}
    total = None
    if step is None:
        step, options, total = _warm_fit(estimator), {}, _total(estimator)
        more = total and getattr(estimator, total)
    weigh = weigh and "sample_weight" in inspect.signature(step).parameters
    for _ in range(epochs):
        if weigh:
            options["sample_weight"] = run.weights()[train]
        if total and hasattr(estimator, "n_features_in_"):  # it is fitted
            estimator.set_params(**{total: getattr(estimator, total) + more})
        step(_rows(x, train), _rows(y, train), **options)
        run.log(None, estimator.predict(x) if run.classes is None else estimator.predict_proba(x))
        run.end_epoch()
    return estimator


def _array(data):
    return data if hasattr(data, "shape") else np.asarray(data)


def _rows(data, positions):
    """Of pandas, too, the rows at these positions, and not those that its index calls so; a DataFrame keeps its columns' names."""
    return getattr(data, "iloc", data)[positions]


def _warm_fit(estimator):
    warm = estimator.get_params(deep=False).get("warm_start")
    if warm:
        return estimator.fit
    if warm is not None:
        advice = "it has no partial_fit: set warm_start=True"
    elif hasattr(estimator, "steps"):
        advice = "a pipeline has no partial_fit: fit the preparation first and give its last step"
    else:
        advice = "it has neither partial_fit nor warm_start, and does not train by epochs: log what it predicts with run.log"
    raise ValueError(f"{type(estimator).__name__}: {advice}")


def _total(estimator):
    """The parameter that counts the iterations of all calls of fit, if any: elsewhere max_iter counts those of a call."""
    if "n_estimators" in estimator.get_params(deep=False):
        return "n_estimators"
    return "max_iter" if isinstance(estimator, (HistGradientBoostingClassifier, HistGradientBoostingRegressor)) else None
