"""Defaults never change: jobs are told what settings have beside them."""

import json
from pathlib import Path
from typing import get_args

import pytest
from pydantic import TypeAdapter

from thermophoresis.config import kinds
from thermophoresis.config.arrival import Level
from thermophoresis.config.canonical import canonical_json, essential_json
from thermophoresis.config.chosen_cells import ChosenCells
from thermophoresis.config.claim import Criterion
from thermophoresis.config.claims import load_claims
from thermophoresis.config.configuration import Config, load
from thermophoresis.config.control import Control
from thermophoresis.config.experiment import Experiment, Sweep
from thermophoresis.config.fields import Settings
from thermophoresis.config.initialisation import InitialisationSettings
from thermophoresis.config.inputs import ChosenSamples
from thermophoresis.config.labels import PartlyRandom
from thermophoresis.config.loss import SquaredLoss
from thermophoresis.config.measurement import Cell, Pair
from thermophoresis.config.named_segments import NamedPair, NamedSegment
from thermophoresis.config.panel import PanelOfCells
from thermophoresis.config.pooling import PoolingSettings
from thermophoresis.config.printed_row import PrintedRow
from thermophoresis.config.records import Period, TwoLevelRecords
from thermophoresis.config.schedule import ScheduleSettings
from thermophoresis.config.spectra import NamedSnapshot
from thermophoresis.config.spectrum import PowerSpectrum
from thermophoresis.config.traces import TraceSettings
from thermophoresis.config.until import Until
from thermophoresis.products import SETTINGS, STAGES, Products

REPOSITORY = Path(__file__).parents[2]
# To be added to, never changed.
FROZEN = json.loads((Path(__file__).parent / "defaults.json").read_text())
SORTS = (
    "schedules",
    "data",
    "sources",
    "networks",
    "dynamics",
    "measurements",
    "statistics",
    "figures",
)


def models() -> dict[str, type[Settings]]:
    """Return all models of settings by name."""
    of_kinds = {
        f"{sort}.{name}": kinds.model(sort, name) for sort in SORTS for name in kinds.names(sort)
    }
    told = (model for stage in STAGES for model in get_args(SETTINGS[stage]) or (SETTINGS[stage],))
    parts = (
        InitialisationSettings,
        PoolingSettings,
        SquaredLoss,
        Sweep,
        Cell,
        Pair,
        Criterion,
        Control,
        ChosenCells,
        NamedPair,
        NamedSegment,
        NamedSnapshot,
        PanelOfCells,
        PrintedRow,
    )
    of_data = (ChosenSamples, PartlyRandom, PowerSpectrum)
    of_time = (Until, Level, TraceSettings, Period, ScheduleSettings, TwoLevelRecords)
    every = (Config, Experiment, *parts, *of_data, *of_time, *told)
    return of_kinds | {model.__name__: model for model in every}


def defaults(model: type[Settings]) -> dict[str, object]:
    """Return the defaults of a model as JSON."""
    found = {}
    for name, field in model.model_fields.items():
        if not field.is_required():
            value = field.get_default(call_default_factory=True)
            plain = value.model_dump(mode="json") if isinstance(value, Settings) else value
            found[name] = json.loads(json.dumps(plain))
    return found


@pytest.mark.parametrize("name", FROZEN)
def test_no_default_has_changed(name):
    present = defaults(models()[name])
    for setting, default in FROZEN[name].items():
        assert present[setting] == default, setting


def test_every_default_is_frozen():
    # What is new: write it into defaults.json.
    assert {name: defaults(model) for name, model in models().items()} == FROZEN


@pytest.fixture(params=["config", "paper", "fashion_mnist", "smoke"])
def products(request, monkeypatch):
    monkeypatch.chdir(REPOSITORY)
    config = load(f"config/{request.param}.yaml")
    return Products(config, load_claims(config))


def test_jobs_read_all_settings_from_what_differs_from_defaults(products):
    for stage in STAGES:
        found = getattr(products, stage)
        for product in found.values() if isinstance(found, dict) else [found]:
            told = essential_json(product.settings)
            read = TypeAdapter(SETTINGS[stage]).validate_json(told)
            assert canonical_json(read) == canonical_json(product.settings)


def test_a_new_setting_at_its_default_is_not_told(products):
    run = next(iter(products.runs.values()))

    class Later(type(run)):
        new: int = 3

    later = Later(**dict(run))
    assert essential_json(later) == essential_json(run)
    assert essential_json(Later(**dict(run), new=4)) != essential_json(run)
