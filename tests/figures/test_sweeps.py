import json
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr
from drawn import FORMATS, assert_texts_have_room, curve_lines, texts, written
from toy_sweeps import (
    RATES,
    RECORDS,
    REPLICAS,
    SEEDS,
    all_of_one_diverged,
    everything_diverged,
    make_curves,
    settings,
    some_diverged,
)

from thermophoresis.analysis.collapse import collapse_error
from thermophoresis.errors import UserError
from thermophoresis.figures import batch_size_sweep, learning_rate_sweep
from thermophoresis.figures.parts import style
from thermophoresis.provenance import netcdf

KINDS = {"learning_rate_sweep": learning_rate_sweep, "batch_size_sweep": batch_size_sweep}


@pytest.fixture
def curves():
    return make_curves()


@pytest.fixture
def compose(curves):
    """Compose a figure in the project's style, which stays on during the test."""
    with style.context():

        def compose(kind="learning_rate_sweep", change=lambda curves: None, **other):
            change(curves)
            return KINDS[kind].compose(settings(kind, **other), [curves])

        yield compose


EVERY_FIGURE = pytest.mark.parametrize(
    ("kind", "change", "other"),
    [
        ("learning_rate_sweep", lambda curves: None, {}),
        ("learning_rate_sweep", some_diverged, {"note": "A note. " * 30, "title": "A title"}),
        ("learning_rate_sweep", all_of_one_diverged, {}),
        ("learning_rate_sweep", everything_diverged, {}),
        (
            "learning_rate_sweep",
            lambda curves: curves.update(1e-5 * curves[["activation_rate"]]),
            {},
        ),
        (
            "learning_rate_sweep",
            lambda curves: curves.update(1e7 * curves[["activation_rate"]]),
            {},
        ),
        ("batch_size_sweep", lambda curves: None, {"observable": "second_layer_norm"}),
        ("batch_size_sweep", everything_diverged, {"title": "A title"}),
    ],
)


def test_a_figure_of_one_layer_shows_its_curves_and_names_it(compose):
    def add_layers(curves):
        layers = xr.DataArray([1, 2, 3], dims="layer", coords={"layer": [1, 2, 3]})
        curves["activation_rate_layer"] = curves["activation_rate"] * layers

    plain = compose(change=add_layers)
    layer = compose(observable="activation_rate_layer", at={"layer": 3})
    for axes, of_layer in zip(plain.axes, layer.axes, strict=True):
        for line, other in zip(curve_lines(axes), curve_lines(of_layer), strict=True):
            np.testing.assert_allclose(other.get_ydata(), 3 * line.get_ydata(), rtol=1e-6)
    assert layer.axes[0].get_ylabel().endswith(" of layer 3")
    with pytest.raises(UserError, match="the curves have no layer 4; it must be one of 1, 2, 3"):
        compose(observable="activation_rate_layer", at={"layer": 4})


@EVERY_FIGURE
def test_texts_do_not_overlap_and_are_not_clipped(compose, kind, change, other):
    assert_texts_have_room(compose(kind, change, **other))


@pytest.mark.parametrize("kind", KINDS)
def test_texts_have_room_beside_many_curves(kind):
    rates = np.array([0.0125, 0.0175, 0.025, 0.035, 0.05, 0.07, 0.1, 0.14, 0.2])
    many = make_curves(rates, np.array([1, 2, 3, 5, 8, 12, 100, 250, 1000]))
    with style.context():
        figure = KINDS[kind].compose(settings(kind), [many])
        assert_texts_have_room(figure)
        assert all(len(curve_lines(axes)) == 9 for axes in figure.axes)


@EVERY_FIGURE
def test_texts_are_legible_at_the_width_of_the_page(compose, kind, change, other):
    figure = compose(kind, change, **other)
    assert figure.get_figwidth() == (7.0 if kind == "learning_rate_sweep" else 4.8)
    assert {text.get_fontsize() for text, _ in texts(figure)} == {8.0}


def test_learning_rate_panels(compose):
    figure = compose()
    assert [axes.get_xlabel() for axes in figure.axes] == [
        "training time $t$ (iterations)",
        r"rescaled by $\eta$:  $\eta\,t$ (dimensionless)",
        r"thermal time $\tau=\eta^2 t/|B|$ (dimensionless)",
    ]
    assert [axes.get_ylabel().split("$")[0] for axes in figure.axes] == ["activation rate ", "", ""]
    # Each ends where its shortest curve does: that of the largest rate, but for thermal time.
    ends = [60 / 0.1**2, 60 / 0.1, 60]
    for axes, end in zip(figure.axes, ends, strict=True):
        assert axes.get_xlim() == pytest.approx((0.0, end), rel=1e-6)
        assert axes.get_ylim() == figure.axes[0].get_ylim()
        assert len(curve_lines(axes)) == len(axes.collections) == 3


def test_batch_size_panels(compose):
    figure = compose("batch_size_sweep")
    assert [axes.get_xlabel() for axes in figure.axes] == [
        "training time $t$ (iterations)",
        "rescaled by $1/|B|$:  $t/|B|$ (iterations)",
    ]
    for axes in figure.axes:
        assert axes.get_xlim() == pytest.approx((0.0, 60 / 0.05**2))
        assert len(curve_lines(axes)) == len(axes.collections) == 3
    figure.draw_without_rendering()
    (scale,) = figure.axes[1].child_axes
    assert scale.get_xlabel().startswith("thermal time")
    assert scale.get_xlim() == pytest.approx((0.0, 60.0))


def test_lines_and_bands_are_where_the_replicas_are(compose, curves):
    figure = compose(confidence_level=0.9)
    pooled = curves["activation_rate"].sel(batch_size=1).values.reshape(3, -1, RECORDS)
    mean = pooled.mean(axis=1, dtype=np.float64)
    error = pooled.std(axis=1, ddof=1, dtype=np.float64) / np.sqrt(SEEDS * REPLICAS)
    student = 1.684875  # 0.95 quantile of Student t with 39 degrees of freedom, from a table
    for index, (line, band) in enumerate(
        zip(figure.axes[2].lines, figure.axes[2].collections, strict=True)
    ):
        np.testing.assert_allclose(line.get_xdata(), np.linspace(0, 60, RECORDS), rtol=1e-3)
        np.testing.assert_allclose(line.get_ydata(), mean[index], rtol=1e-6)
        vertices = band.get_paths()[0].vertices[:, 1]
        bottom, top = mean[index] - student * error[index], mean[index] + student * error[index]
        assert (vertices.min(), vertices.max()) == pytest.approx((bottom.min(), top.max()))


def test_prints_the_collapse_error_of_each_panel(compose, curves):
    figure = compose()
    pooled = curves["activation_rate"].sel(batch_size=1).values.reshape(3, -1, RECORDS)
    mean = pooled.mean(axis=1, dtype=np.float64)
    error = pooled.std(axis=1, ddof=1, dtype=np.float64) / np.sqrt(SEEDS * REPLICAS)
    step = curves["step"].sel(batch_size=1).values
    for power, axes in enumerate(figure.axes):
        expected = collapse_error(RATES[:, np.newaxis] ** power * step, mean, error)
        assert axes.get_title("left").endswith(
            f"ε = {expected.error:.3f} (noise {expected.noise_floor:.3f})"
        )


def test_says_what_is_drawn(compose):
    words = written(compose(title="A title", note="Only a smoke test", confidence_level=0.9))
    for part in (
        "A title",
        "Only a smoke test",
        "learning rate $\\eta$",
        "0.025 0.05 0.1",
        "n = 40 networks (2 seeds × 20 replicas)",
        "90 % confidence intervals of the mean (Student t)",
        "Two-layer ReLU network, M = 10 inputs, N = 12 hidden units, no bias, x ~ U(0, 1)",
        "|B| = 1",
    ):
        assert part in words
    assert "Diverged" not in words


def test_marks_diverged_replicas(compose):
    figure = compose(change=some_diverged)
    assert "2 of 40 at η = 0.1 (first by τ = 20)" in written(figure)
    for axes in figure.axes:
        solid = [line for line in axes.lines if line.get_linestyle() == "-"]
        (dashed,) = (line for line in axes.lines if line.get_linestyle() != "-")
        assert len(solid) == 3
        assert dashed.get_color() == solid[2].get_color()
        # Dashes begin at the last record with all replicas, so that the curve has no gap.
        assert dashed.get_xdata()[0] == solid[2].get_xdata()[-1]
        assert len(dashed.get_xdata()) == RECORDS - 9


def test_a_missing_curve_is_not_passed_over_in_silence(compose):
    figure = compose(change=all_of_one_diverged)
    assert "40 of 40 at η = 0.1" in written(figure)
    for axes in figure.axes:
        assert "ε undefined: no common range" in axes.get_title("left")
        assert len(curve_lines(axes)) == 2
    # The panels show what the other two share.
    assert figure.axes[0].get_xlim()[1] == pytest.approx(60 / 0.05**2)


def test_without_any_curve_says_so(compose):
    figure = compose(change=everything_diverged)
    for axes in figure.axes:
        assert [text.get_text() for text in axes.texts] == ["no curve:\nevery replica has diverged"]
        assert not axes.lines


def test_one_replica_has_a_curve_but_no_band_and_no_noise(curves):
    alone = curves.isel(seed=[0], replica=[0])
    with style.context():
        figure = learning_rate_sweep.compose(settings(), [alone])
        assert "noise 0" not in written(figure)
        assert "(1 seed × 1 replica)" in written(figure)
    assert all(len(curve_lines(axes)) == 3 for axes in figure.axes)


@pytest.fixture
def curves_file(curves, tmp_path):
    path = tmp_path / "curves.nc"
    netcdf.write(curves, path)
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_same_inputs_give_the_same_bytes(curves_file, tmp_path, kind):
    # In two processes, whose hashes of strings differ.
    program = (
        "import sys; from thermophoresis.config.figure import FigureSettings;"
        f"from thermophoresis.figures import {kind};"
        f"{kind}.draw(FigureSettings.model_validate_json(sys.argv[1]), 'abc',"
        " [sys.argv[2]], sys.argv[3:])"
    )
    paths = {seed: [tmp_path / seed / f"fig.{ending}" for ending in FORMATS] for seed in ("1", "2")}
    for seed, outputs in paths.items():
        subprocess.run(
            [
                sys.executable,
                "-c",
                program,
                settings(kind).model_dump_json(),
                curves_file,
                *outputs,
            ],
            check=True,
            env={"PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": f"{seed}000000000"},
        )
    for first, second in zip(*paths.values(), strict=True):
        assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_two_label_regimes_are_two_rows(curves, kind):
    other = curves.copy(deep=True)
    experiment = json.loads(curves.attrs["configuration"])
    other.attrs["configuration"] = json.dumps(experiment | {"labels": "true"})
    other["activation_rate"] = 2 * other["activation_rate"]
    some_diverged(other)
    with style.context():
        figure = KINDS[kind].compose(settings(kind), [curves, other])
        alone = KINDS[kind].compose(settings(kind), [curves])
        assert len(figure.axes) == 2 * len(alone.axes)
        assert_texts_have_room(figure)
        words = written(figure)
    for part in ("A random label at every draw", "True labels", "(a)", "(d)"):
        assert part in words
    assert words.count("random label at every draw") == 1  # said by the row, not by the caption
    first, second = figure.axes[0], figure.axes[len(alone.axes)]
    np.testing.assert_allclose(
        curve_lines(second)[0].get_ydata(), 2 * curve_lines(first)[0].get_ydata()
    )
    if kind == "learning_rate_sweep":
        assert "True labels: Diverged" in words


@pytest.mark.parametrize("kind", KINDS)
def test_rows_say_in_what_else_they_differ(curves, kind):
    other = curves.isel(replica=slice(3)).copy(deep=True)
    experiment = json.loads(curves.attrs["configuration"])
    network = experiment["network"] | {"hidden": 50}
    assert network != experiment["network"]
    changed = experiment | {"labels": "true", "network": network}
    other.attrs["configuration"] = json.dumps(changed)
    with style.context():
        figure = KINDS[kind].compose(settings(kind), [curves, other])
        assert_texts_have_room(figure)
        words = " ".join(written(figure).split())
    every, few = (SEEDS * count for count in (REPLICAS, 3))
    assert f"n = {every} networks (" in words
    assert f"in 'A random label at every draw' and n = {few} networks (" in words
    assert "in 'True labels'; bands" in words
    assert words.count("True labels: Two-layer") == 1, words
    assert words.count("A random label at every draw: Two-layer") == 1


@pytest.mark.parametrize(("scale", "power"), [(1e-4, -5), (1e-2, -3), (1.0, None)])
def test_small_numbers_have_their_power_of_ten_in_the_label(curves, scale, power):
    curves["gradient_variance"] = scale * curves["activation_rate"]
    with style.context():
        figure = learning_rate_sweep.compose(settings(observable="gradient_variance"), [curves])
        figure.draw_without_rendering()
    axes = figure.axes[0]
    label = axes.get_ylabel()
    assert ("10^" in label) == (power is not None)
    assert power is None or f"10^{{{power}}}" in label
    for position, text in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True):
        written_value = float(text.get_text().replace("−", "-")) * 10.0 ** (power or 0)
        assert written_value == pytest.approx(position, rel=1e-2, abs=1e-12)


def test_a_curve_that_leaves_a_panel_between_records_is_drawn_up_to_its_edge(curves):
    # The first curve's last record lies just beyond the end of the others, and far above.
    curves["activation_rate"][0, :, :, :, -1] = 5.0
    curves["step"][0, :, -1] += 2
    with style.context():
        figure = learning_rate_sweep.compose(settings(), [curves])
    axes = figure.axes[2]
    line = curve_lines(axes)[0]
    edge = np.interp(axes.get_xlim()[1], line.get_xdata(), line.get_ydata())
    assert edge > 4.5
    assert axes.get_ylim()[1] > edge


def test_small_times_have_their_power_of_ten_in_the_label(curves):
    curves = curves.assign_coords(learning_rate=curves.learning_rate / 1000)
    with style.context():
        figure = learning_rate_sweep.compose(settings(), [curves])
        assert_texts_have_room(figure)
    thermal = figure.axes[2]
    assert "10^" in thermal.get_xlabel()
    assert "dimensionless" not in thermal.get_xlabel()
    assert max(len(text.get_text()) for text in thermal.get_xticklabels()) <= 4


def test_images_are_named_as_their_source(curves):
    experiment = json.loads(curves.attrs["configuration"])
    experiment |= {"data": {"kind": "images", "dataset": "digits"}}
    network = {"kind": "cnn", "channels": [10] * 5, "kernel": 5, "hidden": []}
    experiment["network"] = network | {"activation": "relu"}
    curves.attrs["configuration"] = json.dumps(experiment)
    curves.attrs["data_source"] = json.dumps(["1,797 digits, a stand-in"])
    with style.context():
        words = written(learning_rate_sweep.compose(settings(), [curves]))
    expected = "ReLU network of five convolutions and a linear layer, 5 × 10 channels, 1,797 digits"
    assert f"{expected}, a stand-in" in words


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        ({"hidden": [64, 32]}, "Fully-connected ReLU network, M = 10 inputs, N = 64 + 32 hidden "
         "units, x ~ U(0, 1)"),
        ({"hidden": [8, 8], "activation": "identity", "bias": [False, True, False]},
         "Fully-connected linear network, M = 10 inputs, N = 8 + 8 hidden units, no bias in layer "
         "1 and layer 3"),
        ({"hidden": [9, 9, 9], "activation": "gelu"},
         "Fully-connected GELU network, M = 10 inputs, N = 3 × 9 hidden units, x ~ U(0, 1)"),
        ({"kind": "cnn", "inputs": None, "channels": [4], "kernel": 3, "stride": [2], "padding": 1,
          "pooling": ["none", {"kind": "max", "size": 2}], "hidden": [9]},
         "ReLU network of a convolution and two linear layers, N = 9 hidden units, 4 channels, "
         "stride 2, padding 1, max pooling, x ~ U(0, 1)"),
        # Where the activation is what curves are compared in.
        ({"hidden": [8], "activation": None}, "Fully-connected network, M = 10 inputs, N = 8 "),
        ({"kind": "cnn", "inputs": None, "channels": [4], "kernel": 3, "hidden": [],
          "activation": None}, "Network of a convolution and a linear layer, 4 channels"),
        ({"hidden": [], "bias": False}, "Linear model, M = 10 inputs, no bias, x ~ U(0, 1)"),
    ],
)  # fmt: skip
def test_layers_of_a_network_are_told(curves, network, expected):
    experiment = json.loads(curves.attrs["configuration"])
    experiment["network"] = {"kind": "mlp", "inputs": 10, "activation": "relu", **network}
    curves.attrs["configuration"] = json.dumps(experiment)
    with style.context():
        assert expected in written(learning_rate_sweep.compose(settings(), [curves]))


def test_what_is_not_plain_sgd_on_cross_entropy_is_told(curves):
    experiment = json.loads(curves.attrs["configuration"])
    experiment["loss"] = {"kind": "squared", "targets": [-0.5, 0.5]}
    curves["loss"] = curves["second_layer_norm"]
    experiment["dynamics"] = {
        **{"kind": "sgd", "momentum": 0.9, "nesterov": True, "weight_decay": 1e-4},
        **{"freeze": ["W", "b"], "noise_scale": 0.5},
    }
    expected = (
        "squared error from targets -0.5 and 0.5, Nesterov momentum 0.9, weight decay 0.0001, "
        "W, b frozen, noise scaled by 0.5"
    )
    for loss, unit in (("cross_entropy", True), (experiment["loss"], False)):
        curves.attrs["configuration"] = json.dumps(experiment | {"loss": loss})
        with style.context():
            words = written(learning_rate_sweep.compose(settings(observable="loss"), [curves]))
        assert (expected in words) == (not unit)
        assert ("(nat)" in words) == unit


def test_files_carry_settings_and_fingerprints(curves_file, tmp_path):
    outputs = [tmp_path / "figures" / f"fig.{ending}" for ending in FORMATS]
    learning_rate_sweep.draw(settings(), "figure-code", [curves_file], outputs)
    for path, magic in zip(outputs, (b"%PDF", b"<?xml", b"\x89PNG"), strict=True):
        content = path.read_bytes()
        assert content.startswith(magic)
        for part in (b"figure-code", b"curves-1", b"activation_rate", b"two_layer"):
            assert part in content
    assert sorted(path.name for path in (tmp_path / "figures").iterdir()) == sorted(
        path.name for path in outputs
    )


def test_an_unknown_format_leaves_no_file(curves_file, tmp_path):
    outputs = [tmp_path / "figures" / name for name in ("fig.png", "fig.gif")]
    with pytest.raises(UserError, match=r"fig\.gif"):
        learning_rate_sweep.draw(settings(), "abc", [curves_file], outputs)
    assert not (tmp_path / "figures").exists()


def test_curves_without_settings_are_refused(curves, tmp_path):
    netcdf.write(curves.drop_attrs(), tmp_path / "curves.nc")
    with pytest.raises(UserError, match="do not carry the settings"):
        learning_rate_sweep.draw(
            settings(), "abc", [tmp_path / "curves.nc"], [tmp_path / "fig.png"]
        )


def test_nothing_here_imports_torch():
    program = (
        "import sys, thermophoresis.figures.learning_rate_sweep,"
        "thermophoresis.figures.batch_size_sweep, thermophoresis.analysis.gathering;"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
