"""PyTorch: a sampler that draws what the run says, and a pass over a data set that logs what a module predicts.

    sampler = hardrow.torch.DifficultySampler(run)
    loader = DataLoader(train_set, batch_size=128, sampler=sampler)
    for epoch in range(epochs):
        for x, y in loader:
            ...
        hardrow.torch.log(run, net, DataLoader(train_set, 512), run.train_positions)
        hardrow.torch.log(run, net, DataLoader(test_set, 512), run.test_positions)
        run.end_epoch()
"""
import torch


class DifficultySampler(torch.utils.data.Sampler):
    """Rows of the training part, as the run's sampler draws them for the epoch to come (by difficulty unless the run says otherwise).
    Indices are those of a data set of the training part alone, in the order of the run's labels; whole: of one that has the test
    part, too. What it draws is logged."""

    def __init__(self, run, whole=False):
        self._run = run
        self._index = torch.full((len(run),), -1, dtype=torch.long)
        self._index[torch.as_tensor(run.train_positions)] = torch.arange(len(run.train_positions))
        if whole:
            self._index = torch.arange(len(run))

    def __len__(self):
        return len(self._run.train_positions)

    def __iter__(self):
        positions = self._run.draw()
        self._run.log_draws(self._run.ids[positions])
        return iter(self._index[torch.as_tensor(positions)].tolist())


@torch.no_grad()
def log(run, module, loader, positions=None, device=None, kind=None):
    """Logs what the module, in eval mode, predicts for the batches of a loader that does not shuffle: (x, …) or x. positions: of its
    rows among the run's, in order; None: the first ones. kind: of what it gives; None: logits, of a target numbers."""
    kind = kind or ("logits" if run.target is None else None)
    was_training = module.training
    module.eval()
    at = 0
    for batch in loader:
        x = batch[0] if isinstance(batch, (tuple, list)) else batch
        outputs = module(x if device is None else x.to(device))
        rows = slice(at, at + len(outputs))
        run.log(run.ids[rows] if positions is None else run.ids[positions[rows]], outputs, kind)
        at += len(outputs)
    module.train(was_training)
