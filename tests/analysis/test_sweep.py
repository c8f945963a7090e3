"""Curves of runs whose rate changes, on the axes that their files tell."""

from pathlib import Path

import numpy as np
from runs import settings

from thermophoresis.analysis.gathering import Run, assemble
from thermophoresis.analysis.sweep import select_sweep
from thermophoresis.config.gathering import GatherSettings
from thermophoresis.data.source import open_source
from thermophoresis.simulations.ensemble import train

STEP = {"kind": "step", "at": [6], "factor": 0.5}


def test_thermal_time_of_runs_with_a_schedule_is_that_of_their_files():
    runs = []
    for rate in (0.1, 0.2):
        chosen = settings(
            learning_rate=rate,
            dynamics={"kind": "sgd", "schedule": {"learning_rate": STEP}},
            **{"thermal_time_end": None, "until": {"steps": 10}, "record_spacing": None},
            records={"count": 6, "even_in": "steps"},
        )
        trained = train(chosen, open_source(chosen, None), device="cpu")
        runs.append(Run(Path(f"{rate}.nc"), chosen.model_dump(mode="json"), trained.run))
    gathered = assemble(
        GatherSettings(
            experiment="gaussian", cells=((0.1, 1), (0.2, 1)), seeds=(3,), records=6, replicas=5
        ),
        runs,
    )
    sweep = select_sweep(gathered, "activation_rate", batch_size=1)
    assert sweep.scheduled
    # η² of six steps and a quarter of it of four.
    wanted = np.array([0, 2, 4, 6, 6.5, 7]) * np.array([[0.01], [0.04]])
    np.testing.assert_allclose(sweep.thermal_time, wanted)
    wanted = np.array([0, 2, 4, 6, 7, 8]) * np.array([[0.1], [0.2]])
    np.testing.assert_allclose(sweep.training_time, wanted)
