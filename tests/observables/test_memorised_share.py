"""What of wrong and of right labels is predicted, against counting sample by sample."""

import numpy as np
import pytest
import torch
from runs import settings as run_settings
from training import train

from thermophoresis.data.source import open_source
from thermophoresis.networks.load import build
from thermophoresis.observables.context import Moment

NAMES = ["memorised_share", "clean_train_accuracy", "train_accuracy"]
RUN = {
    "network": {"kind": "mlp", "inputs": 3, "hidden": [6]},
    "sampling": "with_replacement",
    "training_set_size": 15,
    "replicas": 3,
    "records": 2,
    "snapshots": 2,
    "record": NAMES,
}
KINDS = ({"kind": "xor"}, {"kind": "teacher", "hidden": 2})


def counted(settings, snapshots):
    """Return memorised share, clean accuracy and accuracy of each replica, one by one."""
    every = range(settings.replicas)
    source = open_source(settings, None)
    network = build(settings.network, source.sample_shape, source.classes, settings.loss)
    x, y = source.training_set(every)
    truth = run_settings(**RUN | {"data": settings.data, "labels": "true"})
    _, own = open_source(truth, None).training_set(every)
    found = []
    for replica in every:
        one = slice(replica, replica + 1)
        parameters = {
            name: torch.from_numpy(snapshots[name].values[one, -1])
            for name in network.parameter_dimensions
        }
        row = min(replica, len(x) - 1)
        logits = network.activations(parameters, x[row : row + 1])[1][0, :, 0]
        labels = y[min(replica, len(y) - 1)]
        hits = (logits > 0).float() == labels
        wrong = labels != own[min(replica, len(own) - 1)]
        found.append([float(part.float().mean()) for part in (hits[wrong], hits[~wrong], hits)])
    return np.array(found)


@pytest.mark.parametrize("data", KINDS)
@pytest.mark.parametrize("labels", [{"shuffled": 0.4}, "shuffled"])
def test_they_are_what_is_counted(data, labels):
    settings = run_settings(**RUN | {"data": data, "labels": labels})
    curves, snapshots, *_ = train(settings)
    expected = counted(settings, snapshots)
    found = np.stack([curves[name].values[:, -1] for name in NAMES], 1)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert np.ptp(expected[:, 0] - expected[:, 1]) > 0


def test_without_wrong_labels_there_is_no_share_of_them():
    settings = run_settings(**RUN | {"data": {"kind": "xor"}, "labels": "true"})
    curves, *_ = train(settings)
    assert np.isnan(curves["memorised_share"]).all()
    np.testing.assert_allclose(curves["clean_train_accuracy"], curves["train_accuracy"], rtol=1e-6)
    assert (curves["diverged"] == 0).all()


def test_of_some_replicas_the_own_labels_are_theirs():
    labels = torch.arange(6).view(3, 2)
    moment = Moment(0, range(3), 0.1, 1, dict, lambda: (labels, labels), own_labels=lambda: labels)
    assert moment.of(slice(1, 2)).own_labels().tolist() == [[2, 3]]
    shared = moment._replace(own_labels=lambda: labels[:1])
    assert shared.of(slice(1, 2)).own_labels().tolist() == [[0, 1]]
