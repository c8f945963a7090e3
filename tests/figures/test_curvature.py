import subprocess
import sys

import numpy as np
import pytest
import toy_curvature as toy
from drawn import FORMATS, assert_texts_have_room, curve_lines, texts, written

from thermophoresis.figures import curvature
from thermophoresis.figures.parts import style
from thermophoresis.provenance import netcdf


@pytest.fixture
def compose():
    """Compose a figure in the project's style, which stays on during the test."""
    with style.context():
        yield toy.compose


EVERY_FIGURE = pytest.mark.parametrize(
    ("kind", "change", "other"),
    [
        *((kind, toy.CHANGES[0], {}) for kind in toy.KINDS),
        *(("two_layer", change, {"title": "A title"}) for change in toy.CHANGES[1:]),
        ("tanh", toy.some_diverged, {"note": "A note. " * 30, "title": "A title"}),
        ("mlp6", toy.large, {}),
    ],
)


@EVERY_FIGURE
def test_texts_have_room_and_are_legible(compose, kind, change, other):
    figure = compose(kind, change, **other)
    assert_texts_have_room(figure)
    assert figure.get_figwidth() == 7.0
    assert {text.get_fontsize() for text, _ in texts(figure)} == {8.0}


def test_texts_have_room_beside_many_learning_rates():
    rates = np.array([0.0125, 0.0175, 0.025, 0.035, 0.05, 0.07, 0.1, 0.14, 0.2])
    with style.context():
        figure = curvature.compose(toy.settings(), toy.make_datasets("two_layer", rates))
        assert_texts_have_room(figure)
        assert len(curve_lines(figure.axes[2])) == 9


def test_panels(compose):
    figure = compose("two_layer")
    assert [axes.get_title("left") for axes in figure.axes] == [
        "(a)  η = 0.05",
        "(b)  η = 0.05",
        *(f"({letter})" for letter in "cdefghi"),
    ]
    horizontal = [axes.get_xlabel() for axes in figure.axes]
    assert all(label.startswith("thermal time") for label in horizontal[:3])
    assert [label.split("$")[0] for label in horizontal[3:]] == [
        "activation rate ",
        "weight norm ",
        "bound (nat)",
        "activation rate ",
        "weight norm ",
        "thermal time ",
    ]
    assert [axes.get_ylabel().split()[-1] for axes in figure.axes] == [
        "(nat)",
        "(dimensionless)",
        *["(nat)"] * 7,
    ]
    of_bound = [axes.get_ylabel() == f"{curvature.BOUND_LABEL} (nat)" for axes in figure.axes]
    assert of_bound == [False] * 6 + [True] * 3
    assert "weight norm of all layers" in compose("mlp6").axes[4].get_xlabel()


def test_a_cell_without_networks_says_so_and_leaves_the_others(compose):
    figure = compose(change=toy.cell_diverged)
    for axes in figure.axes[:2]:
        assert [text.get_text() for text in axes.texts] == ["no curve:\nevery replica has diverged"]
        assert not axes.lines
    assert len(curve_lines(figure.axes[2])) == 2
    assert "24 of 24 at η = 0.05" in written(figure)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (toy.everything_diverged, "every replica has diverged"),
        (toy.all_dead, "every trace is zero"),
    ],
)
def test_without_any_curve_says_so(compose, change, reason):
    figure = compose(change=change)
    for axes in figure.axes[:2]:
        assert [text.get_text() for text in axes.texts] == [f"no curve:\n{reason}"]


def test_marks_diverged_networks(compose):
    figure = compose(change=toy.some_diverged)
    words = written(figure)
    assert "2 of 24 at η = 0.1 (first by τ = 21.6)" in words
    for axes in figure.axes[2:]:
        (dashed,) = (line for line in axes.lines if line.get_linestyle() == "--")
        assert len(dashed.get_xdata()) == 11 - 6 + 1
        (solid,) = (
            line
            for line in axes.lines
            if line.get_linestyle() == "-" and line.get_color() == dashed.get_color()
        )
        np.testing.assert_array_equal(solid.get_xydata()[-1], dashed.get_xydata()[0])


def test_one_replica_has_points_but_no_bands():
    curves, dataset = toy.make_datasets()
    with style.context():
        figure = curvature.compose(toy.settings(), [curves, dataset.isel(seed=[0], replica=[0])])
        assert_texts_have_room(figure)
        assert "n = 1 networks (1 seed × 1 replica)" in written(figure)
    assert all(curve_lines(axes) for axes in figure.axes)
    for axes in figure.axes:
        ends = [path.vertices for each in axes.collections for path in each.get_paths()]
        assert not any(np.isfinite(vertices).all(axis=1).sum() > 1 for vertices in ends)


def test_one_record_is_a_point():
    curves, dataset = toy.make_datasets()
    with style.context():
        figure = curvature.compose(toy.settings(), [curves, dataset.isel(record=[4])])
        assert_texts_have_room(figure)
    for axes in figure.axes:
        low, high = axes.get_xlim()
        (x, *_) = axes.lines[0].get_xdata()
        assert low < x < high


def test_scales_are_linear_where_numbers_allow_it(compose):
    assert [axes.get_yscale() for axes in compose("two_layer").axes[2:]] == ["linear"] * 7
    deep = compose("mlp6").axes
    assert [axes.get_yscale() for axes in deep[2:]] == [*["linear"] * 4, *["log"] * 3]
    assert [axes.get_xscale() for axes in deep[3:]] == ["linear", "linear", "log", *["linear"] * 3]

    def spread(_, curvature):
        curvature["ggn_trace"][0] *= 1e-3

    assert [axes.get_yscale() for axes in compose(change=spread).axes[2:5]] == ["log"] * 3


@pytest.fixture
def files(tmp_path):
    paths = [tmp_path / name for name in ("curves.nc", "curvature.nc")]
    for dataset, path in zip(toy.make_datasets(), paths, strict=True):
        netcdf.write(dataset, path)
    return paths


def test_same_inputs_give_the_same_bytes(files, tmp_path):
    # In two processes, whose hashes of strings differ.
    program = (
        "import sys; from thermophoresis.config.figure import FigureSettings;"
        "from thermophoresis.figures import curvature;"
        "curvature.draw(FigureSettings.model_validate_json(sys.argv[1]), 'abc',"
        " sys.argv[2:4], sys.argv[4:]);"
        "sys.exit('torch' in sys.modules)"
    )
    paths = {seed: [tmp_path / seed / f"fig.{ending}" for ending in FORMATS] for seed in ("1", "2")}
    for seed, outputs in paths.items():
        subprocess.run(
            [sys.executable, "-c", program, toy.settings().model_dump_json(), *files, *outputs],
            check=True,
            env={"PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": f"{seed}000000000"},
        )
    for first, second in zip(*paths.values(), strict=True):
        assert first.read_bytes() == second.read_bytes()
        for part in (b"curves-1", b"curvature-1", b"abc"):
            assert part in first.read_bytes()
