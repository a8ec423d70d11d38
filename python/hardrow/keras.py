"""Keras: model.fit(…, callbacks=[hardrow.keras.Callback(run, x)])."""
from keras.callbacks import Callback as _Callback


class Callback(_Callback):
    """Logs what the model predicts for x, all rows of the run in the order of its labels, after each epoch. kind: of its outputs."""

    def __init__(self, run, x, kind=None, batch_size=512):
        super().__init__()
        self._run, self._x, self._kind, self._batch_size = run, x, kind, batch_size

    def on_epoch_end(self, epoch, logs=None):
        self._run.log(None, self.model.predict(self._x, batch_size=self._batch_size, verbose=0), self._kind)
        self._run.end_epoch()
