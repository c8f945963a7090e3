"""Layers rescaled without changing the function, and what becomes of the curvature."""

import numpy as np
import pytest
import torch

from thermophoresis.config.measurements.rescaled_layers import RescaledLayers
from thermophoresis.measurements import rescaled_layers
from thermophoresis.measurements.rescaled_layers import NETWORK, outputs, rescaled, size_of


@pytest.fixture(scope="module")
def found():
    settings = RescaledLayers(kind="rescaled_layers", steps=200)
    return rescaled_layers.measure(settings, (), (), ())


def test_outputs_stay_to_rounding_and_the_curvature_does_not(found):
    assert set(RescaledLayers.variables) <= {*found.data_vars}
    assert 0 < found["outputs_error"].max() < 1e-12
    assert found["train_loss"] < np.log(4)
    for name in RescaledLayers.variables[1:]:
        assert found[name].dims == ("factor",)
        assert (abs(np.log(found[name])) > 1e-3).all()
    assert found["hessian_norm_ratio"].sel(factor=5) > 1.5
    assert "α = 5" in rescaled_layers.describe(found)


def test_blocks_of_the_hessian_scale_as_they_must():
    """Along the second layer's weights alone, θ = αφ is written as φ: H grows by α²."""
    stream = torch.Generator().manual_seed(0)
    parameters = NETWORK.initialise([stream], torch.float64)
    x = torch.randn(1, 20, 8, dtype=torch.float64, generator=stream)
    y = torch.randint(4, (1, 20), generator=stream)
    other = rescaled(parameters, 3.0)
    torch.testing.assert_close(outputs(other, x), outputs(parameters, x), rtol=1e-12, atol=1e-12)
    step = 1e-4 * torch.randn(8, 8, dtype=torch.float64, generator=stream)

    def curvature(of, change):
        def loss(sign):
            z = outputs(of | {"W2": of["W2"] + sign * change}, x)[0]
            return float(torch.nn.functional.cross_entropy(z, y[0]))

        return loss(1) - 2 * loss(0) + loss(-1)

    assert curvature(other, step / 3) == pytest.approx(curvature(parameters, step), rel=1e-4)
    # Nothing else tells one from the other: back again it is what it was.
    back = rescaled(other, 1 / 3)
    once, again = size_of(parameters, x, y), size_of(back, x, y)
    assert float(again.square) == pytest.approx(float(once.square), rel=1e-9)
