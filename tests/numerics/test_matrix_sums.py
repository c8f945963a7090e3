"""Traces, norms and outer eigenvalues from products, against dense linear algebra."""

import pytest
import torch

from thermophoresis.numerics.matrix_sums import exact_sums, matrix_sums

# Some outer eigenvalues above a bulk of both signs, as of the Hessian of a network.
SPECTRA = (
    torch.cat([torch.tensor([30.0, 11.0, 10.9, 3.0, -2.0]), torch.linspace(-0.1, 0.2, 55)]),
    torch.linspace(-5.0, 1.0, 60),
)


def matrices():
    stream = torch.Generator().manual_seed(3)
    found = []
    for values in SPECTRA:
        square = torch.randn(60, 60, generator=stream, dtype=torch.float64)
        vectors, _ = torch.linalg.qr(square)
        found.append(vectors * values.double() @ vectors.T)
    return torch.stack(found)


def draw(vectors, seed=0):
    stream = torch.Generator().manual_seed(seed)
    start = torch.randn(2, 60, generator=stream, dtype=torch.float64)
    signs = torch.randint(0, 2, (vectors, 2, 60), generator=stream).double() * 2 - 1
    return start, signs


def of(dense, vectors=4, steps=20, seed=0):
    start, signs = draw(vectors, seed)
    return matrix_sums(lambda it: (dense @ it[:, :, None])[:, :, 0], start, signs, steps=steps)


def test_outer_eigenvalues_and_their_residuals():
    dense = matrices()
    values = torch.linalg.eigvalsh(dense)
    found = of(dense, steps=40)
    assert found.largest[0] == pytest.approx(float(values[0, -1]), rel=1e-10)
    assert found.smallest == pytest.approx(values[:, 0].numpy(), rel=1e-4)
    # An eigenvalue is as close as the residual is long, after however few steps.
    for steps in (2, 5, 10):
        few = of(dense, steps=steps)
        for value, error in (
            (few.largest, few.largest_error), (few.smallest, few.smallest_error),
        ):  # fmt: skip
            nearest = (values - value[:, None]).abs().amin(1)
            assert (nearest <= error * (1 + 1e-9) + 1e-12).all()


def test_with_all_steps_everything_is_exact():
    dense = matrices()
    for found in (of(dense, steps=80), exact_sums(lambda it: (dense @ it[:, :, None])[:, :, 0],
                                                  draw(2)[0])):  # fmt: skip
        assert found.trace == pytest.approx(dense.diagonal(dim1=1, dim2=2).sum(1).numpy())
        assert found.square == pytest.approx(dense.square().sum((1, 2)).numpy())
        assert float(found.trace_error.max()) < 1e-9
        assert float(found.square_error.max()) < 1e-9


def test_sums_are_unbiased_and_their_errors_are_what_they_scatter_by():
    dense = matrices()
    every = [of(dense, steps=6, seed=seed) for seed in range(400)]
    for name, expected in (
        ("trace", dense.diagonal(dim1=1, dim2=2).sum(1)),
        ("square", dense.square().sum((1, 2))),
    ):
        values = torch.stack([getattr(it, name) for it in every])
        errors = torch.stack([getattr(it, f"{name}_error") for it in every])
        scatter = values.std(0)
        assert ((values.mean(0) - expected).abs() < 4 * scatter / 20).all()
        # The variance of four numbers is unbiased.
        assert torch.allclose(errors.square().mean(0).sqrt(), scatter, rtol=0.15)


def test_an_invariant_space_ends_the_basis():
    """Of a matrix of rank two the Krylov space has three dimensions: the rest of T is no value."""
    u = torch.linalg.qr(torch.randn(60, 2, dtype=torch.float64, generator=torch.Generator()))[0]
    one = u * torch.tensor([5.0, 3.0]).double() @ u.T
    dense = torch.stack([one, one + 7 * torch.eye(60).double()])
    found = of(dense)
    assert found.largest == pytest.approx([5, 12])
    assert found.smallest == pytest.approx([0, 7], abs=1e-12)
    assert found.square[0] == pytest.approx(34)
    assert found.trace[0] == pytest.approx(8)
    assert abs(float(found.trace[1]) - 428) < 4 * float(found.trace_error[1])


def test_what_is_not_finite_is_alone_in_that():
    dense = matrices()
    dense[1, 0, 0] = torch.nan
    for found in (of(dense), exact_sums(lambda it: (dense @ it[:, :, None])[:, :, 0], draw(2)[0])):
        for values in found:
            assert torch.isfinite(values[0])
            assert torch.isnan(values[1])
