import pytest
import toy_curvature as toy

from thermophoresis.errors import UserError
from thermophoresis.figures import curvature
from thermophoresis.figures.parts import style


@pytest.fixture
def compose():
    """Compose a figure in the project's style, which stays on during the test."""
    with style.context():
        yield toy.compose


@pytest.mark.parametrize(
    ("kind", "other", "message"),
    [
        (0, {"learning_rate": 0.3}, r"0\.3 and batch size 1; .*1 with .* 0\.025, 0\.05, 0\.1"),
        (0, {"batch_size": 7}, r"0\.05 and batch size 7; .*batch size 4 with .* 0\.025"),
    ],
)
def test_a_cell_that_is_not_there_is_refused(compose, kind, other, message):
    with pytest.raises(UserError, match=message):
        compose(toy.KINDS[kind], **other)


def test_an_untrained_cell_is_refused(compose):
    def untrain(_, curvature):
        curvature["trained"][1, 0] = 0

    with pytest.raises(UserError, match=r"it has batch size 1 with learning rates 0\.025, 0\.1;"):
        compose(change=untrain)


def without(name):
    return lambda curvature: curvature.drop_vars(name)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without("trace_bound"), "the curvature file has no trace_bound"),
        (without("violations_product"), "has no violations_product"),
        (lambda dataset: dataset.assign_attrs(hessian_method="guess"), "'guess'.*exact"),
        (lambda dataset: dataset.assign_attrs(probe_samples="many"), "probe_samples"),
        (lambda dataset: dataset.drop_attrs(), "do not carry the settings"),
        (lambda dataset: dataset.assign_coords(seed=[7, 8]), "not of the same runs"),
        (lambda dataset: dataset.assign_coords(step=dataset["step"] + 1), "other iterations"),
        (
            lambda dataset: dataset.assign_attrs(configuration='{"experiment": "other"}'),
            "other and toy",
        ),
    ],
)
def test_a_curvature_file_that_does_not_fit_is_refused(change, message):
    curves, dataset = toy.make_datasets()
    with style.context(), pytest.raises(UserError, match=message):
        curvature.compose(toy.settings(), [curves, change(dataset)])


def test_curves_without_what_is_needed_are_refused():
    curves, dataset = toy.make_datasets()
    with style.context(), pytest.raises(UserError, match="curves file has no activation_rate"):
        curvature.compose(toy.settings(), [curves.drop_vars("activation_rate"), dataset])
