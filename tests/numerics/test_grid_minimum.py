import numpy as np
import pytest

from thermophoresis.numerics.grid_minimum import lowest


@pytest.mark.parametrize("slope", [-1.5, 0.0, 1.9])
def test_minimum_of_a_parabola_between_the_points(slope):
    # One tilted bowl for each resample; without the mixed derivative its minimum would be missed.
    axes = [np.linspace(-1, 1, 21), np.linspace(-2, 2, 21)]
    centres = np.array([[0.13, -0.41], [0.77, 1.23]])
    x, y = (
        grid[..., np.newaxis] - centre
        for grid, centre in zip(np.meshgrid(*axes, indexing="ij"), centres, strict=True)
    )
    offsets, costs, confined = lowest(3 + 4 * x**2 + slope * x * y + y**2, axes)
    np.testing.assert_allclose(offsets, centres, atol=1e-9)
    np.testing.assert_allclose(costs, 3, atol=1e-9)
    assert not confined.any()
