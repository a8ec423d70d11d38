"""Lightning: Trainer(callbacks=[hardrow.lightning.Callback(run, loader)])."""
from lightning.pytorch.callbacks import Callback as _Callback

from . import torch as _torch


class Callback(_Callback):
    """Logs what the module predicts for the rows of a loader that does not shuffle and has all rows of the run in the order of its
    labels, after each epoch."""

    def __init__(self, run, loader, kind=None):
        super().__init__()
        self._run, self._loader, self._kind = run, loader, kind

    def on_train_epoch_end(self, trainer, pl_module):
        _torch.log(self._run, pl_module, self._loader, device=pl_module.device, kind=self._kind)
        self._run.end_epoch()
