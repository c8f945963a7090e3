"""The numbers that decide claims, each with an interval over independent replicas.

A replica has the same initialisation and the same samples in every cell, so that cells are paired.
All intervals therefore come from resampling replicas (of all seeds) jointly in all cells that a
statistic uses. A replica that is not finite somewhere in what is used is left out everywhere.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from scipy import stats

from thermophoresis.analysis.exponents import Exponent, fit_exponents, thermal_windows
from thermophoresis.analysis.sweep import select_sweep
from thermophoresis.errors import UserError

RESAMPLES = 1000
GRID = 200  # points at which curves are compared
LEVELS = 50  # of the loss
BLOCKS = 10  # of a run, over which a drift is averaged
FEWEST_RANKS = 5  # of fewer records networks agree too often by chance
WITHIN_ONE = (-1.0, 1.0)  # what correlations and contrasts can be
FEW = "fewer than two networks have finite values in all cells"


@dataclass(frozen=True)
class Estimate:
    """A number and how well it is known.

    Attributes
    ----------
    value
        The number; NaN where the data do not define it.
    standard_error
        From the bootstrap; 0 for a count of everything that was evaluated.
    replicas
        Number of independent replicas behind it.
    caveat
        What to keep in mind; empty for nothing.
    root
        Whether value and standard error are those of a square, the root of which is the statistic.
    cell
        Which cell or pair of cells it is about; empty for all together.
    limits
        The least and the largest value that the statistic can have.
    """

    value: float
    standard_error: float
    replicas: int
    caveat: str = ""
    root: bool = False
    cell: str = ""
    limits: tuple[float, float] = (-np.inf, np.inf)

    @property
    def shown(self) -> float:
        """The statistic itself."""
        return float(np.sqrt(max(self.value, 0.0))) if self.root else self.value

    def interval(self, level: float) -> tuple[float, float]:
        """Return value ± Student quantile × bootstrap standard error, NaN where it is undefined.

        The quantile at n − 1 degrees of freedom serves at any level, as percentiles of a thousand
        resamples do not; means over replicas are close to normal.

        The standard error of a square grows with it: that of (ε + σ z)² is about 2 ε σ. A square
        that is too small by chance has too small an error as well, and value + quantile × error
        would miss what is above it far too often. The upper end is therefore where a square lies
        the quantile times its own error above the value, the variance growing in proportion; a
        negative value is noise, and counts as zero there.

        No interval reaches beyond `limits`.
        """
        if self.standard_error == 0:
            low = high = self.value
        elif self.replicas < 2 or not np.isfinite(self.standard_error):
            return np.nan, np.nan
        else:
            half = stats.t.ppf((1 + level) / 2, self.replicas - 1) * self.standard_error
            low, high = self.value - half, self.value + half
            if self.root:
                growth = half**2 / max(self.value, self.standard_error) / 2
                high = max(self.value, 0.0) + growth + np.hypot(growth, half)
        if self.root:
            low, high = (np.sqrt(max(end, 0.0)) for end in (low, high))
        low, high = np.clip((low, high), *self.limits)
        return float(low), float(high)


@dataclass(frozen=True)
class Cells:
    """Curves of single replicas in K cells, weakest drive η²/|B| first.

    Attributes
    ----------
    learning_rate, batch_size
        Shape (K,).
    step
        Iteration t of each record, (K, records).
    values
        For each observable an array (K, replicas, records), finite.
    left_out
        Number of replicas left out because something was not finite.
    """

    learning_rate: np.ndarray
    batch_size: np.ndarray
    step: np.ndarray
    values: tuple[np.ndarray, ...]
    left_out: int

    @property
    def replicas(self) -> int:
        """Number of replicas that are left."""
        return self.values[0].shape[1]

    @property
    def names(self) -> list[str]:
        """What to call each cell: its learning rate or batch size, whichever they differ in."""
        return cell_names(self.learning_rate, self.batch_size)

    @property
    def pairs(self) -> list[str]:
        """What to call each cell compared with the one before it."""
        return [
            f"{stronger} against {weaker}"
            for weaker, stronger in zip(self.names, self.names[1:], strict=False)
        ]

    @property
    def caveat(self) -> str:
        """Say how many replicas are left out."""
        if not self.left_out:
            return ""
        total = self.left_out + self.replicas
        return f"{self.left_out:,} of {total:,} networks diverged in some cell and are left out"

    def axis(self, rate_exponent: float, batch_exponent: float) -> np.ndarray:
        """Return t η^α / |B|^β, (K, records)."""
        scale = self.learning_rate**rate_exponent / self.batch_size**batch_exponent
        return self.step * scale[:, np.newaxis]


def cell_names(learning_rate: np.ndarray, batch_size: np.ndarray) -> list[str]:
    """Name cells after what they differ in."""
    if len(set(learning_rate.tolist())) > 1:
        return [f"η = {rate:g}" for rate in learning_rate]
    return [f"|B| = {batch:g}" for batch in batch_size]


def select_cells(
    curves: xr.Dataset,
    observables: Sequence[str],
    *,
    learning_rate: float | None = None,
    batch_size: int | None = None,
) -> Cells:
    """Pool the seeds of every trained cell with the given learning rate or batch size.

    Parameters
    ----------
    curves
        Content of a curves file.
    observables
        Names of variables of it.
    learning_rate, batch_size
        What the cells have in common.

    Raises
    ------
    UserError
        The curves lack an observable or have fewer than two such cells.
    """
    sweep = select_sweep(curves, observables[0], learning_rate=learning_rate, batch_size=batch_size)
    order = np.argsort(sweep.learning_rate**2 / sweep.batch_size, kind="stable")
    rates, batches = sweep.learning_rate[order], sweep.batch_size[order]
    arrays = []
    for name in observables:
        if name not in curves:
            raise UserError(f"the curves hold no observable {name}")
        chosen = curves[name].sel(
            learning_rate=xr.DataArray(rates, dims="cell"),
            batch_size=xr.DataArray(batches, dims="cell"),
        )
        array = chosen.transpose("cell", "seed", "replica", "record").values.astype(np.float64)
        arrays.append(array.reshape(len(rates), -1, array.shape[-1]))
    whole = np.all([np.isfinite(array).all(axis=(0, 2)) for array in arrays], axis=0)
    return Cells(
        rates,
        batches,
        sweep.step[order],
        tuple(array[:, whole] for array in arrays),
        int((~whole).sum()),
    )


def bootstrap(
    cells: Cells, statistic: Callable[..., np.ndarray], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Evaluate a function of mean curves, on the sample and on resamples of its replicas.

    Parameters
    ----------
    cells
        The curves.
    statistic
        Called with the mean curve (K, records) of each observable; returns m numbers.
    rng
        Where the resamples come from.

    Returns
    -------
    value, resampled
        On the sample, (m,); and on each resample, (resamples, m).
    """
    n = cells.replicas
    value = statistic(*(array.mean(axis=1) for array in cells.values))
    weights = rng.multinomial(n, np.full(n, 1 / n), RESAMPLES) / n
    # (K, records, resamples): one product for each observable.
    means = [np.einsum("bn,knr->bkr", weights, array, optimize=True) for array in cells.values]
    return value, np.array([statistic(*of_resample) for of_resample in zip(*means, strict=True)])


def spread(resampled: np.ndarray, replicas: int) -> float:
    """Return the bootstrap standard error; resampling n replicas makes it too small by (n−1)/n."""
    return float(resampled.std(ddof=1) * np.sqrt(replicas / (replicas - 1)))


def nothing(cells: Cells, why: str = "") -> Estimate:
    """Return the estimate of what the data do not define."""
    return Estimate(np.nan, np.nan, cells.replicas, "; ".join(filter(None, (cells.caveat, why))))


def of_each(
    names: Sequence[str],
    cells: Cells,
    statistic: Callable[..., np.ndarray],
    rng: np.random.Generator,
    limits: tuple[float, float] = (-np.inf, np.inf),
) -> tuple[Estimate, ...]:
    """Estimate every entry of what a function of mean curves returns, by its name.

    Each is about one cell or one pair of cells. A claim about all of them holds if it holds for
    each.
    """
    if cells.replicas < 2:
        return (nothing(cells, FEW),)
    with np.errstate(divide="ignore", invalid="ignore"):
        values, resampled = bootstrap(cells, statistic, rng)
    if not np.isfinite(values).all():
        return (nothing(cells, "not defined for these curves"),)
    return tuple(
        Estimate(
            float(value),
            spread(column, cells.replicas),
            cells.replicas,
            cells.caveat,
            cell=name,
            limits=limits,
        )
        for name, value, column in zip(names, values, resampled.T, strict=True)
    )


def change(cells: Cells, rng: np.random.Generator) -> tuple[Estimate, ...]:
    """Change of the mean from the first to the last record, in each cell."""
    return of_each(cells.names, cells, lambda mean: mean[:, -1] - mean[:, 0], rng)


def relative_change(cells: Cells, rng: np.random.Generator) -> tuple[Estimate, ...]:
    """Return `change` over the size of the mean at the first record, in each cell."""

    def relative(mean: np.ndarray) -> np.ndarray:
        return (mean[:, -1] - mean[:, 0]) / np.abs(mean[:, 0])

    return of_each(cells.names, cells, relative, rng)


def on_common_grid(axis: np.ndarray, means: np.ndarray) -> np.ndarray:
    """Interpolate curves (K, records) on a uniform grid of the range that they share.

    Raises
    ------
    ValueError
        They share none.
    """
    low, high = axis[:, 0].max(), axis[:, -1].min()
    if not low < high:
        raise ValueError("the curves share no range")
    grid = np.linspace(low, high, GRID)
    return np.stack([np.interp(grid, x, y) for x, y in zip(axis, means, strict=True)])


def gap(
    cells: Cells, rate_exponent: float, batch_exponent: float, rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """How far curves of a stronger drive lie above the next weaker one, at equal rescaled time.

    The mean of the difference over the range that all curves share, in units of the range of all
    values there; of each pair of neighbouring cells.
    """
    axis = cells.axis(rate_exponent, batch_exponent)

    def gaps(mean: np.ndarray) -> np.ndarray:
        curves = on_common_grid(axis, mean)
        extent = np.ptp(curves)
        return np.diff(curves, axis=0).mean(axis=1) / (extent if extent > 0 else np.nan)

    return of_each(cells.pairs, cells, gaps, rng)


def collapse(
    cells: Cells, rate_exponent: float, batch_exponent: float, rng: np.random.Generator
) -> Estimate:
    """Collapse error ε, as `analysis.collapse.collapse_error` defines it, without what is noise.

    ε² is a variance between mean curves over the total variance. Noise of the means adds to the
    former; the bootstrap, which adds it once more, tells how much, and it is subtracted.
    """
    if cells.replicas < 2:
        return nothing(cells, FEW)
    axis = cells.axis(rate_exponent, batch_exponent)

    def parts(mean: np.ndarray) -> tuple[float, float]:
        curves = on_common_grid(axis, mean)
        return curves.var(axis=0).mean(), curves.var()

    between, total = parts(cells.values[0].mean(axis=1))
    if not total > (1e-12 * np.abs(cells.values[0]).max()) ** 2:
        return nothing(cells, "the curves do not vary")
    _, resampled = bootstrap(cells, parts, rng)
    noise = resampled[:, 0].mean() - between
    ratios = resampled[:, 0] / resampled[:, 1]
    return Estimate(
        float((between - noise) / total),
        spread(ratios, cells.replicas),
        cells.replicas,
        cells.caveat,
        root=True,
    )


def exponent(cells: Cells, which: str, window: str, rng: np.random.Generator) -> Estimate:
    """Return the exponent for which the curves collapse; see `analysis.exponents.fit_exponents`.

    Parameters
    ----------
    cells
        The curves.
    which
        alpha or beta.
    window
        whole, early, middle or late.
    rng
        Where the resamples come from.
    """
    limits = None
    if window != "whole":
        windows = thermal_windows(cells.learning_rate, cells.batch_size, cells.step)
        limits = windows[("early", "middle", "late").index(window)]
    fit = fit_exponents(
        cells.learning_rate,
        cells.batch_size,
        cells.step,
        cells.values[0],
        window=limits,
        rng=rng,
    )
    found: Exponent = getattr(fit, which)
    if not found.identified:
        return nothing(cells, str(found.outcome))
    residual = (
        f"even at this exponent the curves differ: squared differences are {fit.cost:.3g} times "
        "what noise explains"
        if fit.cost > 10
        else ""
    )
    caveat = "; ".join(filter(None, (cells.caveat, residual)))
    return Estimate(found.value, found.standard_error, found.replicas, caveat)


def gap_at_equal_loss(cells: Cells, rng: np.random.Generator) -> tuple[Estimate, ...]:
    """How much larger an observable is with the smaller of two learning rates, at equal loss.

    For levels of the mean held-out loss that every cell reaches, the observable at the time when
    the level is first reached; the mean difference in units of its mean at the start; of each pair
    of neighbouring cells.
    """
    if cells.replicas < 2:
        return (nothing(cells, FEW),)
    loss = cells.values[1]
    falls = loss[:, :, 0].mean(axis=1) - np.minimum.accumulate(loss.mean(axis=1), axis=1)[:, -1]
    errors = (loss[:, :, 0] - loss[:, :, -1]).std(axis=1, ddof=1) / np.sqrt(cells.replicas)
    if (falls < 5 * errors).any():
        return (nothing(cells, "the loss does not fall by more than its noise in every cell"),)

    def gaps(mean: np.ndarray, mean_loss: np.ndarray) -> np.ndarray:
        reached = np.minimum.accumulate(mean_loss, axis=1)
        highest, lowest = mean_loss[:, 0].min(), reached[:, -1].max()
        if not lowest < highest:
            return np.full(len(mean) - 1, np.nan)
        levels = np.linspace(lowest, highest, LEVELS)
        records = np.arange(mean.shape[1], dtype=float)
        at_level = []
        for curve, row, least in zip(mean, mean_loss, reached, strict=True):
            # The first record that is not above the level; the one before it is.
            after = np.searchsorted(-least, -levels)
            above, below = row[after - 1], row[after]
            when = np.where(after > 0, after - (levels - below) / (above - below), 0.0)
            at_level.append(np.interp(when, records, curve))
        return -np.diff(at_level, axis=0).mean(axis=1) / np.abs(mean[:, 0].mean())

    return of_each(cells.pairs, cells, gaps, rng)


def blocks_of_drift(cells: Cells, mean: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return −Δm/Δτ (K, count) over blocks of a run equal in √τ, and the records they lie between.

    The records are evenly spaced in √τ unless the experiment says otherwise.
    """
    tau = cells.axis(2.0, 1.0)
    records = np.rint(np.linspace(0, mean.shape[1] - 1, count + 1)).astype(int)
    records = np.unique(records)
    return -np.diff(mean[:, records], axis=1) / np.diff(tau[:, records], axis=1), records


def early_to_late_drift(cells: Cells, rng: np.random.Generator) -> tuple[Estimate, ...]:
    """Contrast (e − l)/(|e| + |l|) of the downward drifts per thermal time, early e and late l.

    Early and late are the first and the last third of the records; in each cell. The standard error
    is that of e − l, in units of |e| + |l| of the sample: the contrast itself saturates at ±1,
    where resamples agree however little is known of e and l.
    """

    def ends(mean: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        drift, _ = blocks_of_drift(cells, mean, 3)
        return drift[:, 0], drift[:, -1]

    if cells.replicas < 2:
        return (nothing(cells, FEW),)
    if cells.step.shape[1] < 3:  # two records have no early and no late
        return (nothing(cells, "too few records"),)
    unit = np.sum(np.abs(ends(cells.values[0].mean(axis=1))), axis=0)

    def contrast(mean: np.ndarray, _: np.ndarray) -> np.ndarray:
        early, late = ends(mean)
        return (early - late) / unit

    return of_each(cells.names, cells, contrast, rng, WITHIN_ONE)


def drift_error_correlation(cells: Cells, rng: np.random.Generator) -> tuple[Estimate, ...]:
    """Correlate the downward drift per thermal time with E(p − y)² along a run.

    Pearson's correlation over ten blocks of the run, of ensemble means; in each cell.
    """
    if cells.step.shape[1] < 4:  # on two blocks there is always a straight line
        return (nothing(cells, "too few records"),)

    def correlations(mean: np.ndarray, error: np.ndarray) -> np.ndarray:
        drift, records = blocks_of_drift(cells, mean, BLOCKS)
        middle = (error[:, records[:-1]] + error[:, records[1:]]) / 2
        return np.array(
            [
                np.corrcoef(d, e)[0, 1] if np.ptp(d) > 0 and np.ptp(e) > 0 else np.nan
                for d, e in zip(drift, middle, strict=True)
            ]
        )

    return of_each(cells.names, cells, correlations, rng, WITHIN_ONE)


def cells_with(
    dataset: xr.Dataset, learning_rate: float | None, batch_size: int | None
) -> np.ndarray:
    """Return which cells (learning rate, batch size) are trained and have some η or |B|.

    Raises
    ------
    UserError
        None is.
    """
    chosen = dataset["trained"].transpose("learning_rate", "batch_size").values.astype(bool)
    if learning_rate is not None:
        chosen = chosen & (dataset["learning_rate"].values == learning_rate)[:, np.newaxis]
    if batch_size is not None:
        chosen = chosen & (dataset["batch_size"].values == batch_size)
    if not chosen.any():
        raise UserError(f"no cell has learning rate {learning_rate} and batch size {batch_size}")
    return chosen


def at_snapshots_of(
    dataset: xr.Dataset,
    name: str,
    *,
    learning_rate: float | None = None,
    batch_size: int | None = None,
) -> np.ndarray:
    """Return a quantity of the trained cells with some η or |B| as (seed × replica, cell × record).

    Raises
    ------
    UserError
        There is no such quantity or no such cell.
    """
    if name not in dataset:
        raise UserError(f"neither curves nor curvature hold {name}")
    chosen = cells_with(dataset, learning_rate, batch_size)
    array = dataset[name].transpose("learning_rate", "batch_size", "seed", "replica", "record")
    cells = array.values[chosen].astype(np.float64)  # (cell, seed, replica, record)
    return np.moveaxis(cells, 0, 2).reshape(cells.shape[1] * cells.shape[2], -1)


def left_out(whole: np.ndarray) -> str:
    """Say how many networks are left out of a statistic of the curvature."""
    if whole.all():
        return ""
    return f"{(~whole).sum():,} of {len(whole):,} networks are left out"


def violated_fraction(curvature: xr.Dataset, inequality: str) -> Estimate:
    """Fraction of evaluated samples, of all cells and snapshots, that violate an inequality."""
    counts = at_snapshots_of(curvature, f"violations_{inequality}")
    samples = int(curvature.attrs["probe_samples"])
    evaluated = int(np.isfinite(counts).sum()) * samples
    if not evaluated:
        return Estimate(np.nan, np.nan, 0, "every network diverged")
    violated = int(np.nansum(counts))
    networks = int(np.isfinite(counts).any(axis=1).sum())
    caveat = (
        f"{violated:,} of {evaluated:,} samples; a count of all that was evaluated, so that the "
        "interval is a point"
    )
    return Estimate(violated / evaluated, 0.0, networks, caveat)


def hessian_ggn_ratio(curvature: xr.Dataset, rng: np.random.Generator) -> Estimate:
    """Mean Tr H over mean Tr(P K), means over all cells, snapshots and networks."""
    hessian, ggn = (at_snapshots_of(curvature, name) for name in ("hessian_trace", "ggn_trace"))
    whole = np.isfinite(hessian).all(axis=1) & np.isfinite(ggn).all(axis=1)
    n = int(whole.sum())
    caveat = left_out(whole)
    if n < 2:
        return Estimate(np.nan, np.nan, n, "; ".join(filter(None, (caveat, FEW))))
    h, g = hessian[whole].mean(axis=1), ggn[whole].mean(axis=1)
    weights = rng.multinomial(n, np.full(n, 1 / n), RESAMPLES) / n
    estimate = h.mean() / g.mean()
    error = spread((weights @ h) / (weights @ g), n)
    rounding = 1e-9  # where the traces are equal, what is left is rounding, and no uncertainty
    return Estimate(float(estimate), error if error > rounding else 0.0, n, caveat)


def rank_correlation(
    curves: xr.Dataset,
    curvature: xr.Dataset,
    of: str,
    on: str,
    *,
    learning_rate: float | None = None,
    batch_size: int | None = None,
) -> tuple[Estimate, ...]:
    """Spearman's correlation over the snapshots of a network, averaged over networks, in each cell.

    Cells are not pooled: learning rates differ in both quantities, and what goes together from one
    rate to another says nothing about what goes together along the training of a network.
    Quantities that the curvature file lacks are those of the curves at the same records.
    """
    at_snapshots = curves.sel(record=curvature["record"], replica=curvature["replica"])
    records = curvature.sizes["record"]
    joined = [
        at_snapshots_of(
            curvature if name in curvature else at_snapshots,
            name,
            learning_rate=learning_rate,
            batch_size=batch_size,
        )
        for name in (of, on)
    ]
    raw = [np.moveaxis(array.reshape(len(array), -1, records), 1, 0) for array in joined]
    finite = np.all([np.isfinite(array).all(axis=1) for array in joined], axis=0)
    rates, batches = np.nonzero(cells_with(curvature, learning_rate, batch_size))
    names = cell_names(
        curvature["learning_rate"].values[rates], curvature["batch_size"].values[batches]
    )
    return tuple(
        replace(_rank_correlation(*of_cell, finite), cell=name)
        for name, *of_cell in zip(names, *raw, strict=True)
    )


def _rank_correlation(first: np.ndarray, second: np.ndarray, finite: np.ndarray) -> Estimate:
    """Average Spearman's correlation of two quantities (network, record) over networks."""
    records = first.shape[1]
    if records < FEWEST_RANKS:
        return Estimate(np.nan, np.nan, 0, "too few snapshots")
    # Of a network in which nothing moves, ranks say nothing.
    whole = finite & (np.ptp(first, axis=1) > 0) & (np.ptp(second, axis=1) > 0)
    n = int(whole.sum())
    caveat = left_out(whole)
    if n < 2:
        return Estimate(np.nan, np.nan, n, "; ".join(filter(None, (caveat, FEW))))
    ranks = [stats.rankdata(array[whole], axis=1) for array in (first, second)]
    centred = [rank - rank.mean(axis=1, keepdims=True) for rank in ranks]
    norm = np.sqrt((centred[0] ** 2).sum(axis=1) * (centred[1] ** 2).sum(axis=1))
    correlation = (centred[0] * centred[1]).sum(axis=1) / norm
    # Networks that agree exactly do not prove that all would. The error is at least that of one in
    # which two neighbours have changed places.
    swap = 12 / (records * (records**2 - 1))
    error = max(correlation.std(ddof=1) / np.sqrt(n), swap / n)
    return Estimate(float(correlation.mean()), float(error), n, caveat, limits=WITHIN_ONE)
