"""Loss and accuracy along θ(α) = (1 − α) θ₁ + α θ₂ between the parameters of two runs.

On the training set and on held-out samples, α from −1 to 2 (Goodfellow et al. 2015; Keskar et al.
2017; Jastrzębski et al. 2018, Figs. 2 and 3). At both ends the second derivative of the training
loss along the segment, d²L/dα² = vᵀ H v with v = θ₂ − θ₁, by exact products with the Hessian; and
the width, how far one goes *outwards*, away from the other end, until the training loss has risen
by a given amount: between the ends the loss may rise nowhere. A ratio of two curvatures or widths
on one segment is that of one direction, the same at both ends, and has no unit.

The outward way is gone in growing steps, to √2 times as far with each, and bisected from the first
at whose end the loss has risen, so that a width is known to 2e-5 of itself; where it has not risen
within 32 |v|, there is none. With rectified units the loss has kinks along the way, of which
the second derivative, which is that between them, says nothing: the width sees them.

Both ends have the same |v|, but not the same size of parameters, by which a network may be wider
without computing anything else: relative widths are in units of the norm of the parameters at their
own end.

A replica has the same initial parameters in all cells, and the same samples: the segment is between
two ways from one point, and not between independent solutions. Loss barriers would be higher there.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from thermophoresis.config.loss import Loss
from thermophoresis.config.measurements.segment import Segment
from thermophoresis.config.run import RunSettings
from thermophoresis.errors import UserError
from thermophoresis.measurements.each_snapshot import opened
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.network import Network, Parameters
from thermophoresis.observables import accuracy, loss
from thermophoresis.observables.context import Context
from thermophoresis.observables.kernels.chain import together
from thermophoresis.observables.largest_eigenvalue import hessian_products

TITLE = "loss and accuracy between the parameters of two runs"
STEPS = 10  # of α in one segment
ALPHA = np.arange(-STEPS, 2 * STEPS + 1) / STEPS
HALVINGS = 14
# Changes of α at whose ends it is asked whether the loss has risen.
OUTWARDS = np.geomspace(1 / 32, 32, 21)

CURVES = {
    "train_loss": "loss on the training set",
    "train_accuracy": "share of the training samples whose label is predicted",
    "loss": "loss on held-out samples",
    "accuracy": "share of the held-out samples whose label is predicted",
}
AT_ENDS = {
    "log_curvature_ratio": "ln of the second derivative of the training loss along the segment, "
    "second end over first",
    "curvature_contrast": "difference of these second derivatives, second end less first, over the "
    "sum of their sizes",
    "log_width_ratio": "ln of the outward width, second end over first",
    "log_relative_width_ratio": "ln of the outward width over the norm of the parameters there, "
    "second end over first",
    "curvature_first": "second derivative of the training loss with respect to alpha, first end",
    "curvature_second": "second derivative of the training loss with respect to alpha, second end",
    "width_first": "change of alpha outwards until the training loss has risen, first end",
    "width_second": "change of alpha outwards until the training loss has risen, second end",
    "train_loss_first": "loss on the training set, first end",
    "train_loss_second": "loss on the training set, second end",
    "distance": "distance between the parameters of the two",
    "barrier": "largest excess of the training loss between the ends over the line through them",
}
LOSSES = (*(name for name in CURVES if name.endswith("loss")), "curvature_first")
LOSSES += ("curvature_second", "train_loss_first", "train_loss_second", "barrier")


class Samples(NamedTuple):
    """What stacked replicas are evaluated on: inputs (replica, sample, …) and labels, float64.

    A leading axis of length 1 serves all replicas.
    """

    x: Tensor
    y: Tensor

    def of(self, replica: int) -> "Samples":
        """Return those of one replica, without the leading axis."""
        return Samples(*(it[replica if len(it) > 1 else 0] for it in self))

    def among(self, chosen: Tensor | slice) -> "Samples":
        """Return those of some replicas."""
        return Samples(*(it[chosen] if len(it) > 1 else it for it in self))


class Line:
    """The straight line through two stacks of replicas, and what is found along it.

    Parameters
    ----------
    network
        The network.
    first, second
        Stacked parameters at α = 0 and 1, float64.
    """

    def __init__(self, network: Network, first: Parameters, second: Parameters):
        self._network, self.ends = network, (first, second)
        self.replicas = len(next(iter(first.values())))

    def among(self, chosen: slice) -> "Line":
        """Return the line through some of the replicas."""
        return Line(
            self._network, *({name: it[chosen] for name, it in end.items()} for end in self.ends)
        )

    def at(self, alpha: Tensor) -> Parameters:
        """Return the parameters at a place of each replica, (replica,); exactly at 0 and 1."""
        first, second = self.ends
        shares = {name: alpha.view(-1, *(1,) * (it.ndim - 1)) for name, it in first.items()}
        return {
            name: (1 - share) * first[name] + share * second[name] for name, share in shares.items()
        }

    def everywhere(self, alpha: float) -> Tensor:
        """Return one place for all replicas."""
        return torch.full((self.replicas,), alpha, dtype=torch.float64)

    def evaluated(self, alpha: Tensor, samples: Samples) -> tuple[Tensor, Tensor]:
        """Return loss and accuracy at a place of each replica, (replica,) each."""
        parts = list(self._parts(alpha, samples))
        return (
            torch.cat([loss.observe(it) for it in parts]),
            torch.cat([accuracy.observe(it) for it in parts]),
        )

    def loss(self, alpha: Tensor, samples: Samples) -> Tensor:
        """Return the loss at a place of each replica, (replica,)."""
        return torch.cat([loss.observe(it) for it in self._parts(alpha, samples)])

    def _parts(self, alpha: Tensor, samples: Samples) -> Iterator[Context]:
        context = Context(self._network, self.at(alpha), *samples)  # type: ignore[arg-type]
        return context.parts(together(self._network, samples.x))

    def norms(self) -> tuple[Tensor, Tensor, Tensor]:
        """Return |θ₁|, |θ₂| and |θ₂ − θ₁|, (replica,) each."""
        flat = [torch.cat([it.flatten(1) for it in end.values()], 1) for end in self.ends]
        return flat[0].norm(dim=1), flat[1].norm(dim=1), (flat[1] - flat[0]).norm(dim=1)

    def curvature(self, end: int, samples: Samples) -> Tensor:
        """Return d²L/dα² at an end, by products with the Hessian, (replica,)."""
        found = []
        for replica in range(self.replicas):
            own, first, second = (
                {name: value[replica : replica + 1] for name, value in of.items()}
                for of in (self.ends[end], *self.ends)
            )
            chain: Layered
            chain, parameters = self._network.as_layered(own)
            start, stop = (self._network.as_layered(it)[1] for it in (first, second))
            along = torch.cat([(stop[name] - start[name]).flatten() for name in parameters])
            product, _ = hessian_products(chain, parameters, *samples.of(replica))
            found.append(along @ product(along))
        return torch.stack(found)

    def width(self, end: int, samples: Samples, rise: float) -> Tensor:
        """Return the change of α outwards at which the loss has risen, (replica,).

        Parameters
        ----------
        end
            0 or 1.
        samples
            On which the loss is.
        rise
            By how much.
        """
        sign = 1 if end else -1
        target = self.loss(self.everywhere(end), samples) + rise

        def has_risen(outwards: Tensor) -> Tensor:
            return self.loss(end + sign * outwards, samples) > target

        below, beyond = self.everywhere(0), self.everywhere(0)
        risen = torch.zeros(self.replicas, dtype=torch.bool)
        for step in OUTWARDS.tolist():
            below, beyond = (
                torch.where(risen, below, beyond),
                torch.where(risen, beyond, step),
            )
            risen = risen | has_risen(beyond)
            if risen.all():
                break
        for _ in range(HALVINGS):
            middle = (below + beyond) / 2
            reached = has_risen(middle)
            below, beyond = (
                torch.where(reached, below, middle),
                torch.where(reached, middle, beyond),
            )
        return torch.where(risen, (below + beyond) / 2, torch.nan)


def curves(line: Line, training: Samples, held_out: Samples) -> dict[str, Tensor]:
    """Return `CURVES` of one segment, (replica, alpha)."""
    found = {}
    for prefix, samples in (("train_", training), ("", held_out)):
        each = [line.evaluated(line.everywhere(alpha), samples) for alpha in ALPHA.tolist()]
        names = (f"{prefix}loss", f"{prefix}accuracy")
        for name, values in zip(names, zip(*each, strict=True), strict=True):
            found[name] = torch.stack(values, 1)
    return found


def barrier(curve: Tensor) -> Tensor:
    """Return the largest excess of a loss between the ends over the line through them."""
    between = curve[:, STEPS : 2 * STEPS + 1]
    straight = torch.lerp(between[:, :1], between[:, -1:], torch.from_numpy(ALPHA[STEPS:-STEPS]))
    return (between - straight).amax(1)


def at_ends(line: Line, training: Samples, rise: float) -> dict[str, Tensor]:
    """Return `AT_ENDS` of one segment but the barrier, (replica,).

    Parameters
    ----------
    line
        The line through both ends.
    training
        What the networks are evaluated on.
    rise
        Of the training loss, at which widths are taken.
    """
    ends = [line.loss(line.everywhere(end), training) for end in (0, 1)]
    curvatures = [line.curvature(end, training) for end in (0, 1)]
    widths = [line.width(end, training, rise) for end in (0, 1)]
    *norms, distance = line.norms()
    width_ratio = (widths[1] / widths[0]).log()
    # Where an end is no minimum along the segment, a curvature need not be above 0.
    is_curved = (curvatures[0] > 0) & (curvatures[1] > 0)
    ratio = torch.where(is_curved, curvatures[1] / curvatures[0], torch.nan)
    sizes = curvatures[0].abs() + curvatures[1].abs()
    return {
        "log_curvature_ratio": ratio.log(),
        "curvature_contrast": (curvatures[1] - curvatures[0]) / sizes,
        "log_width_ratio": width_ratio,
        "log_relative_width_ratio": width_ratio - (norms[1] / norms[0]).log(),
        "curvature_first": curvatures[0],
        "curvature_second": curvatures[1],
        "width_first": widths[0],
        "width_second": widths[1],
        "train_loss_first": ends[0],
        "train_loss_second": ends[1],
        "distance": distance,
    }


def measure(
    measurement: Segment,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Evaluate the segments between the snapshots of runs, record by record.

    Parameters
    ----------
    measurement
        Between which of the runs, and the rise at which widths are taken.
    runs, snapshots
        Runs of one network on the same samples, and the content of their files of snapshots.
    data
        Data file of the images, or none.

    Returns
    -------
    xarray.Dataset
        `CURVES` with the dimensions (segment, replica, record, alpha) and `AT_ENDS` with (segment,
        replica, record), float64, NaN where one of the two has diverged; curves and the barrier
        also of further replicas than the first ones that are asked for.

    Raises
    ------
    UserError
        The runs have other parameters, replicas or numbers of records, or the data cannot be used.
    """
    torch.set_num_threads(1)
    source, network = opened(runs[0], data)
    names = tuple(network.parameter_dimensions)
    # What the first replicas are does not depend on how many there are.
    wanted = measurement.replicas or min(found.sizes["replica"] for found in snapshots)
    snapshots = [
        found.transpose("replica", "record", ...).isel(replica=slice(wanted)) for found in snapshots
    ]
    shapes = [{name: found[name].shape for name in names} for found in snapshots]
    if any(it != shapes[0] for it in shapes):
        listed = " and ".join(run.name for run in runs)
        raise UserError(f"{listed} keep other parameters, replicas or numbers of records")
    replicas = range(snapshots[0].sizes["replica"])
    training = Samples(*map(_in_double, source.training_set(replicas)))
    held_out = Samples(*map(_in_double, source.probe(replicas)))
    records = range(snapshots[0].sizes["record"])
    each = [
        [
            _of_record(network, [snapshots[end - 1].isel(record=record) for end in ends],
                       training, held_out, measurement)
            for record in records
        ]
        for ends in measurement.between.values()
    ]  # fmt: skip
    return _dataset(snapshots[0], tuple(measurement.between), each, runs[0].loss)


def _in_double(values: Tensor) -> Tensor:
    """Return inputs and labels 0/1 in float64; indices of classes as they are."""
    return values.double() if values.is_floating_point() else values


def _of_record(
    network: Network,
    snapshots: Sequence[xr.Dataset],
    training: Samples,
    held_out: Samples,
    measurement: Segment,
) -> dict[str, np.ndarray]:
    """Return what is found between two snapshots, of the replicas that are whole in both."""
    diverged = np.any([found["diverged"].values != 0 for found in snapshots], axis=0)
    whole = np.flatnonzero(~diverged)
    drawn = slice(int((whole < measurement.curve_replicas).sum()))
    stacks = [
        {
            name: torch.from_numpy(found[name].values[whole].astype(np.float64))
            for name in network.parameter_dimensions
        }
        for found in snapshots
    ]
    kept: dict[str, np.ndarray] = {}
    found: dict[str, Tensor] = {}
    if len(whole):
        chosen = torch.from_numpy(whole)
        line, on = Line(network, *stacks), [it.among(chosen) for it in (training, held_out)]
        found = at_ends(line, on[0], measurement.rise)
    if drawn.stop:
        found |= curves(line.among(drawn), *(it.among(drawn) for it in on))
        found["barrier"] = barrier(found["train_loss"])
    for name in (*CURVES, *AT_ENDS):
        shape = (len(diverged), len(ALPHA)) if name in CURVES else (len(diverged),)
        kept[name] = np.full(shape, np.nan)
        if name in found:
            kept[name][whole[: len(found[name])]] = found[name].numpy()
    return kept


def _dataset(
    snapshots: xr.Dataset,
    segments: tuple[str, ...],
    each: Sequence[Sequence[dict[str, np.ndarray]]],
    kind_of_loss: Loss,
) -> xr.Dataset:
    """Return what was found, (segment, replica, record, …), from segments and records."""
    nat = "nat" if kind_of_loss == "cross_entropy" else "1"
    variables = {}
    for name, words in (CURVES | AT_ENDS).items():
        stacked = np.stack([np.stack([it[name] for it in of], axis=1) for of in each])
        dimensions = ("segment", "replica", "record", *(("alpha",) if name in CURVES else ()))
        units = nat if name in LOSSES else "1"
        variables[name] = (dimensions, stacked, {"long_name": words, "units": units})
    place = "place on the segment: 0 at the first end, 1 at the second"
    return xr.Dataset(
        variables,
        {
            **{name: (name, snapshots[name].values, snapshots[name].attrs)
               for name in ("replica", "record")},
            "segment": ("segment", np.array(segments), {"long_name": "segment", "units": "1"}),
            "alpha": ("alpha", ALPHA, {"long_name": place, "units": "1"}),
        },
    )  # fmt: skip


def describe(dataset: xr.Dataset) -> str:
    """Say how the ends of each segment differ at the last snapshot."""
    last = dataset.isel(record=-1).mean("replica")
    names = ("log_curvature_ratio", "log_width_ratio")
    listed = zip(dataset["segment"].values, *(last[name].values for name in names), strict=True)
    return "; ".join(
        f"{segment}: ln of curvatures {curvatures:+.3g}, of widths {widths:+.3g}"
        for segment, curvatures, widths in listed
    )
