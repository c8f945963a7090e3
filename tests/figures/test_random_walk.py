"""Figures of the random walk: what their panels show, and whether they can be read."""

from types import SimpleNamespace

import numpy as np
import pytest
from drawn import assert_texts_have_room, curve_lines, texts, written

from thermophoresis.config.canonical import canonical_json
from thermophoresis.config.figures.mass_flow import MassFlowFigure
from thermophoresis.config.figures.soret_equilibrium import SoretEquilibriumFigure
from thermophoresis.config.measurement import MeasureSettings
from thermophoresis.config.measurements.soret_equilibrium import SoretEquilibrium
from thermophoresis.config.measurements.walk_flux import WalkFlux
from thermophoresis.config.measurements.walk_moments import WalkMoments
from thermophoresis.errors import UserError
from thermophoresis.figures import mass_flow, soret_equilibrium
from thermophoresis.figures.parts import style
from thermophoresis.measurements import soret_equilibrium as equilibria
from thermophoresis.measurements import walk_flux, walk_moments


def with_settings(measurement, dataset):
    settings = MeasureSettings(measurement=measurement, runs=())
    return dataset.assign_attrs(configuration=canonical_json(settings))


def flow(**slopes):
    measurement = WalkFlux(kind="walk_flux", step_size=0.05, walkers=100_000, **slopes)
    return with_settings(measurement, walk_flux.measure(measurement, (), (), ()))


@pytest.fixture(scope="module")
def flows():
    return [
        flow(noise_slope=0.5),
        flow(density_slope=0.5),
        flow(noise_slope=0.0, cross_slope=0.5),
    ]


@pytest.fixture(scope="module")
def walks():
    noise = {"up": (1.0, 2.0, 0.0), "down": (3.0, -2.0, 0.0)}
    equilibrium = SoretEquilibrium(kind="soret_equilibrium", noise=noise, particles=400)
    moments = WalkMoments(kind="walk_moments", particles=400)
    return [
        with_settings(equilibrium, equilibria.measure(equilibrium, (), (), ())),
        with_settings(moments, walk_moments.measure(moments, (), (), ())),
    ]


def of_flows(datasets, **others):
    names = [f"flow{index}" for index in range(len(datasets))]
    figure = MassFlowFigure(kind="mass_flow", flows=names, **others)
    return mass_flow.compose(SimpleNamespace(figure=figure, note="A note. " * 20), datasets)


def of_walks(datasets, **others):
    figure = SoretEquilibriumFigure(
        kind="soret_equilibrium", equilibrium="one", moments="two", **others
    )
    return soret_equilibrium.compose(SimpleNamespace(figure=figure, note=""), datasets)


def test_they_are_drawn_from_computations():
    figure = MassFlowFigure(kind="mass_flow", flows=["one", "two"])
    assert figure.inputs == ("computations/one.nc", "computations/two.nc")
    assert figure.computations == {("flows", 0): "one", ("flows", 1): "two"}
    figure = SoretEquilibriumFigure(kind="soret_equilibrium", equilibrium="one", moments="two")
    assert figure.inputs == ("computations/one.nc", "computations/two.nc")


def test_texts_have_room_and_are_legible(flows, walks):
    with style.context():
        for figure in (of_flows(flows, title="A title"), of_walks(walks, title="A title")):
            assert_texts_have_room(figure)
            assert figure.get_figwidth() == 7.0
            assert {text.get_fontsize() for text, _ in texts(figure)} <= {8.0}


def test_panels_of_flows(flows):
    with style.context():
        figure = of_flows(flows)
    titles = [axes.get_title("left") for axes in figure.axes]
    for title, start, factor in zip(
        titles,
        (r"(a)  $\rho$ uniform: ", "(b)  $g$ constant: ", r"(c)  $\rho$ uniform, 2-D, $\nabla"),
        (1.0, 0.5, 0.5),
        strict=False,
    ):
        assert title.startswith(start)
        mean, half = (float(it) for it in title.split("$")[-2].split(r"\pm"))
        assert abs(mean - factor) < 2 * half < 0.4
    for axes, dataset in zip(figure.axes, flows, strict=False):
        printed, far_end, exact = (line.get_ydata() for line in curve_lines(axes)[:3])
        np.testing.assert_allclose(printed, dataset["flow_printed"] / 0.05**2)
        np.testing.assert_allclose(far_end, dataset["flow_far_end"] / 0.05**2)
        np.testing.assert_allclose(exact, dataset["flow"] / 0.05**2)
        points, _, (bars,) = axes.containers[0]
        np.testing.assert_allclose(points.get_ydata(), dataset["flow_sampled"] / 0.05**2)
        # A normal interval: there are 10⁵ walkers.
        low, high = bars.get_segments()[0][:, 1]
        half = 1.96 * dataset["flow_sampled_standard_error"][0] / 0.05**2
        assert (high - low) / 2 == pytest.approx(float(half), rel=1e-3)
    assert not figure.axes[3].axison
    assert "100,000 walkers" in written(figure)


def test_panels_of_walks(walks):
    with style.context():
        figure = of_walks(walks)
    density, powers, moments = figure.axes
    assert (density.get_xscale(), density.get_yscale()) == ("log", "log")
    lines = [line for line in curve_lines(density) if len(line.get_xdata()) == 2]
    slopes = [
        np.diff(np.log(it.get_ydata()))[0] / np.diff(np.log(it.get_xdata()))[0] for it in lines
    ]
    found = walks[0]["power"].values
    np.testing.assert_allclose(slopes, [found[0], -1, found[1], -1])
    assert [line.get_ydata()[-1] for line in powers.lines] == [-1, *found]
    mean, median = (line.get_ydata() for line in moments.lines[-2:])
    np.testing.assert_allclose(mean, 1 + walks[1]["mean_change"])
    np.testing.assert_allclose(median, 1 + walks[1]["median_change"])
    assert "20,000 particles with g = q" in written(figure)
    assert "$g$ = 3 − 2$q$" in written(figure)


def test_noise_in_words():
    assert soret_equilibrium.write_noise((1.0, 0.0, 2.5)) == "$g$ = 1 + 2.5$q^2$"
    assert soret_equilibrium.write_noise((0.0, -1.0, 1.0)) == "$g$ = −$q$ + $q^2$"


def test_other_computations_are_refused(flows, walks):
    with style.context():
        with pytest.raises(UserError, match="of the kind walk_flux"):
            of_flows(walks)
        with pytest.raises(UserError, match="of the kind walk_moments"):
            of_walks([walks[0], flows[0]])
