"""Kernels are compiled for an H100 as they are launched, which needs no GPU.

What Triton's interpreter lets pass may not compile, and what compiles may not fit: registers that a
thread does not have are spilled into memory, without a word.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

REGISTERS = 65536  # of a multiprocessor
# Networks of one kernel each, by name.
KERNELS = ("draws", "small", "small_drawing", "classes", "wide", "wide_momentum", "mlp6")


@pytest.fixture(scope="module")
def compiled():
    """Return what a process of its own, without the interpreter, has compiled."""
    environment = {**os.environ, "TRITON_INTERPRET": "0", "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, __file__]
    return json.loads(
        subprocess.run(command, env=environment, check=True, capture_output=True).stdout
    )


@pytest.mark.parametrize("name", KERNELS)
def test_it_compiles_and_spills_nothing(compiled, name):
    found = compiled[name]
    assert found["stack"] == found["local"] == 0
    assert found["registers"] * found["threads"] <= REGISTERS
    assert found["shared"] <= 48 * 1024


def test_a_small_network_needs_no_shared_memory(compiled):
    """Nothing goes from one thread to another but by shuffles."""
    assert compiled["small"]["shared"] == compiled["small"]["barriers"] == 0


def main():
    import torch
    from kernel_cases import CLASSES

    from thermophoresis.config.dynamics.sgd import SGD
    from thermophoresis.draws import on_gpu
    from thermophoresis.draws.recipe import Recipe
    from thermophoresis.networks.layered import Layered
    from thermophoresis.networks.layers import Linear
    from thermophoresis.networks.two_layer import TwoLayer
    from thermophoresis.simulations.sgd.gpu.chain import ChainSGD
    from thermophoresis.simulations.sgd.gpu.two_layer import TwoLayerSGD
    from thermophoresis.simulations.sgd.steppers import initial_state

    def call(stepper, network, dynamics=SGD(), batch_size=1, recipe=False):  # noqa: B008
        streams = [torch.Generator()] * 2
        state = initial_state(network.initialise(streams, torch.float32))
        made = stepper(
            network, state, dynamics=dynamics, rate=lambda step: 0.1, batch_size=batch_size
        )
        inputs = network.as_layered(network.initialise(streams, torch.float32))[0].layers[0].inputs
        x, y = torch.zeros(2, batch_size, inputs), torch.zeros(2, batch_size)
        made.load(x, y.long() if network.classes else y, [batch_size])
        if recipe:
            made.load_recipe(Recipe("normal", (1, 2), (3, 4), inputs, 0, range(2)), [batch_size])
        return made.call(torch.zeros(1, dtype=torch.float64), torch.zeros(2, dtype=torch.int32))

    mlp6 = Layered((*[Linear(100, 100)] * 5, Linear(100, 1)))
    calls = {
        "small": call(TwoLayerSGD, TwoLayer(10, 10)),
        "small_drawing": call(TwoLayerSGD, TwoLayer(10, 10), recipe=True),
        "classes": call(TwoLayerSGD, Layered(CLASSES, 3, "tanh"), SGD(momentum=0.9), 3),
        "wide": call(TwoLayerSGD, TwoLayer(100, 100), recipe=True),
        "wide_momentum": call(TwoLayerSGD, TwoLayer(100, 100), SGD(momentum=0.9), 1),
        "mlp6": call(ChainSGD, mlp6),
    }
    found = {name: resources(it.kernel, it.arguments, it.constants) for name, it in calls.items()}
    words = torch.zeros(8), 1, 2, 0, 2**40, 0, 3, 4, 5
    constants = {"kind": 2, "replica_last": False, "counters": 512, "wide": False, "num_warps": 4}
    found["draws"] = resources(on_gpu._fill, words, constants)
    print(json.dumps(found))


def resources(kernel, arguments, constants):
    """Compile a kernel; return what a program of it needs."""
    import torch
    import triton
    from triton.backends.compiler import GPUTarget

    kinds = {
        torch.float32: "*fp32",
        torch.float64: "*fp64",
        torch.int32: "*i32",
        torch.int64: "*i64",
    }
    options = {it: constants[it] for it in ("num_warps", "num_stages") if it in constants}
    constants = {it: value for it, value in constants.items() if it not in options}
    signature, attributes = {}, {}
    for place, name in enumerate(kernel.arg_names):
        if name in constants:
            signature[name] = "constexpr"
            continue
        value = arguments[place]
        if isinstance(value, torch.Tensor):
            signature[name] = kinds[value.dtype]
            attributes[place,] = [["tt.divisibility", 16]]  # where torch's memory begins
        else:
            signature[name] = "i32" if abs(value) < 2**31 else "i64"
            if name in {"parameters", "width", "widest"}:
                assert value % 16 == 0
                attributes[place,] = [["tt.divisibility", 16]]
    source = triton.compiler.ASTSource(kernel, signature, constants, attributes)
    made = triton.compile(
        source, target=GPUTarget("cuda", 90, 32), options={**options, "enable_fp_fusion": True}
    )
    with tempfile.NamedTemporaryFile(suffix=".cubin") as file:
        file.write(made.asm["cubin"])
        file.flush()
        tool = Path(triton.__file__).parent / "backends/nvidia/bin/cuobjdump"
        command = [tool, "--dump-resource-usage", file.name]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    registers, stack, local = (
        int(re.search(rf"{it}:(\d+)", text)[1]) for it in ("REG", "STACK", "LOCAL")
    )
    return {
        "registers": registers,
        "stack": stack,
        "local": local,
        "shared": made.metadata.shared,
        "threads": 32 * options["num_warps"],
        "barriers": made.asm["ptx"].count("bar.sync"),
    }


if __name__ == "__main__":
    main()
