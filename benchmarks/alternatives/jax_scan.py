"""JAX: jit of a scan over steps, each vmap(grad) over replicas, samples drawn inside the scan.

Called with ``rbg``, random numbers come from XLA's own generator, which is faster than the default.
"""

import os
import sys
from typing import Any

os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"  # others use the card as well
if os.environ.get("BENCHMARK_CORE"):
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import protocol  # sets the core before threads are started

import jax  # isort: skip
import jax.numpy as jnp
import numpy as np
from cases import CASES, CHECKED_STEPS

# A GPU's products of float32 would have the digits of TF32.
jax.config.update("jax_default_matmul_precision", "float32")
if "rbg" in sys.argv:
    jax.config.update("jax_default_prng_impl", "rbg")


class Steps:
    """SGD on all replicas; a unit is the steps of one scan."""

    def __init__(self, *, task: str, case: str, device: str, path: str):
        self._case = chosen = CASES[case]
        self._device = jax.devices(device)[0]
        with np.load(path) as file:
            # Labels of classes are wanted as they are, all else in float32.
            arrays = {name: jax.device_put(file[name], self._device) for name in file.files}
        self._x, self._y = arrays.pop("x"), arrays.pop("y")
        images, labels = arrays.pop("images", None), arrays.pop("labels", None)
        self._at = arrays
        replicas = len(arrays["W1"])
        self.size = float(replicas * chosen.unit)
        self._key = jax.device_put(jax.random.key(0), self._device)
        gradient = jax.vmap(jax.grad(self._loss))

        def descend(at: Any, x: Any, y: Any) -> Any:
            return jax.tree.map(lambda w, g: w - chosen.rate * g, at, gradient(at, x, y))

        def draw(key: Any) -> Any:
            if chosen.classes:
                index = jax.random.randint(key, (replicas, 1), 0, len(images))
                return images[index], labels[index]
            of_inputs, of_labels = jax.random.split(key)
            x = jax.random.normal(of_inputs, (replicas, 1, *chosen.shape))
            return x, jax.random.bernoulli(of_labels, shape=(replicas, 1)).astype(x.dtype)

        def step(state: Any, _: Any) -> Any:
            at, key = state
            key, own = jax.random.split(key)
            return (descend(at, *draw(own)), key), None

        self._drawn = jax.jit(lambda state: jax.lax.scan(step, state, length=chosen.unit)[0])
        self._given = jax.jit(
            lambda at, x, y: jax.lax.scan(lambda at, s: (descend(at, *s), None), at, (x, y))[0]
        )

    def _loss(self, at: Any, x: Any, y: Any) -> Any:
        """Return the mean loss of one network."""
        for number, layer in enumerate(self._case.layers, start=1):
            weight, bias = at[f"W{number}"], at.get(f"b{number}")
            if layer.kernel:
                x = jax.lax.conv(x, weight, (1, 1), "VALID")
                x = x if bias is None else x + bias[:, None, None]
            else:
                x = x.reshape(len(x), -1) @ weight.T
                x = x if bias is None else x + bias
            if number < len(self._case.layers):
                x = jax.nn.relu(x)
        if self._case.classes:
            chosen = jnp.take_along_axis(x, y[:, None], axis=1)[:, 0]
            return (jax.nn.logsumexp(x, axis=1) - chosen).mean()
        return (jax.nn.softplus(x[:, 0]) - y * x[:, 0]).mean()

    def ready(self, units: int) -> Any:
        """Return what makes so many scans."""

        def run() -> None:
            state = (self._at, self._key)
            for _ in range(units):
                state = self._drawn(state)
            jax.block_until_ready(state)

        return run

    def check(self, path: str) -> dict[str, Any]:
        """Write the parameters after steps of given samples."""
        x, y = (
            jnp.moveaxis(value[:, :CHECKED_STEPS], 1, 0)[:, :, None] for value in (self._x, self._y)
        )
        found = self._given(self._at, x, y)
        np.savez(path, **{name: np.asarray(value) for name, value in found.items()})
        return {}


if __name__ == "__main__":
    protocol.serve(Steps, ["jax", "jaxlib"])
