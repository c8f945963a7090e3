"""What a job loads is in its product's fingerprint, or cannot reach a byte of it."""

import ast
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from thermophoresis.config.canonical import essential_json
from thermophoresis.config.claims import load_claims
from thermophoresis.config.configuration import load
from thermophoresis.products import STAGES, Products
from thermophoresis.provenance import fingerprint as code

RESULTS = "results"
CONFIGURATION = "config/config.yaml"
DATASETS = "datasets: {digits: {source: digits}, mine: {source: arrays, path: mine.npz}}\n"
# Runs a job in a process of its own and tells which modules of the package it has loaded.
JOB = """
import json, sys
from thermophoresis import cli
status = cli.main(sys.argv[1:])
names = [name for name in sys.modules if name.partition(".")[0] == "thermophoresis"]
print(json.dumps([status, names]))
"""
OWN = """
from torch import nn


class Own(nn.Module):
    def __init__(self):
        super().__init__()
        self.last = nn.Linear(3, 1)

    def forward(self, x):
        return self.last(x)
"""
# Images that are chosen, a network of the general engine on arrays, momentum on the squared error,
# a user's own network, a walk on a teacher's data, other kinds of dynamics, traces with and without
# snapshots, arrivals, spectra of noise, measurements of two runs and of none, and drift budgets,
# beside what the tiny pipeline has.
MORE = """\
  images:
    network: {kind: cnn6, channels: 2, kernel: 2}
    data: {kind: images, dataset: digits, size: 8, classes: [3, 8]}
    labels: true
    sweeps: [{learning_rate: [0.1, 0.2], batch_size: [1]}]
    seeds: [0]
    replicas: 2
    thermal_time_end: 1.0
    records: 6
    probe_size: 16
    measure: {hessian_chain: {samples: 4}, bound_links: {}}
  deep:
    network: {kind: mlp, activation: identity}
    data: {kind: arrays, dataset: mine}
    record:
      [parameter_norm, distance_from_start, tic, largest_eigenvalue, mean_weight, moved_together]
    sweep: {learning_rate: [0.1], hidden: {small: [4], large: [4, 4]}}
    seeds: [0]
    replicas: 2
    thermal_time_end: 1.0
    records: 6
    probe_size: 16
    measure: {hessian_chain: {samples: 4}}
  noise:
    network: {inputs: 3, hidden: 4}
    data: {kind: gaussian}
    labels: shuffled
    sampling: with_replacement
    training_set_size: 12
    sweep: {learning_rate: [0.1, 0.2], batch_size: [1]}
    seeds: [0]
    replicas: 2
    thermal_time_end: 1.0
    records: 6
    probe_size: 16
    dynamics: {kind: sgd, weight_decay: 0.1}
    measure:
      noise_spectrum: {directions: 1, curvature_replicas: 1}
      noise_statistics:
        sizes: [1, 2]
        batches: 16
        directions: 1
        trajectory_steps: 10
        trajectory_batch: 4
        lags: 2
      dense_hessian: {directions: 1}
      hessian_norm: {}
  units:
    network: {inputs: 3, hidden: 4}
    data: {kind: gaussian}
    sweep: {learning_rate: [0.1], batch_size: [1]}
    seeds: [0]
    replicas: 2
    thermal_time_end: 1.0
    records: 6
    probe_size: 16
    measure: {neuron_drift: {samples: 4}, silent_removal: {samples: 4}}
  own:
    network: {kind: module, file: own.py, name: Own, inputs: 3}
    data: {kind: gaussian}
    sweeps: [{learning_rate: [0.1, 0.2], batch_size: [1]}]
    seeds: [0]
    replicas: 2
    until: {thermal_time: 1.0, loss: {at_most: 0.69}}
    arrived: freeze
    traces: {every: 5, gradient_norm: true}
    records: 6
    probe_size: 16
  momentum:
    network: {inputs: 3, hidden: 4}
    data: {kind: gaussian}
    loss: squared
    dynamics: {momentum: 0.9}
    sweeps: [{learning_rate: [0.1], batch_size: [1]}]
    seeds: [0]
    replicas: 2
    thermal_time_end: 1.0
    records: 6
    probe_size: 16
    measure: {hessian_chain: {samples: 4}}
  cells: &cells
    network: {kind: mlp, inputs: 3, hidden: [4]}
    data: {kind: teacher}
    sampling: with_replacement
    training_set_size: 12
    sweep: {learning_rate: [0.1, 0.2], batch_size: [2, 4]}
    seeds: [0]
    replicas: 2
    until: {epochs: 8}
    records: {count: 3, even_in: epochs}
    snapshots: end
    probe_size: 16
    measure: {hessian_norm: {entries_up_to: 0}}
  cells_full:
    <<: *cells
    sampling: fixed_order
    sweep: {learning_rate: [0.2], batch_size: [12]}
    snapshots: records
  walk:
    network: {inputs: 3, hidden: 4}
    data: {kind: teacher}
    dynamics: {kind: unbiased_walk}
    sweeps: [{learning_rate: [0.1, 0.2], batch_size: [1]}]
    seeds: [0]
    replicas: 2
    thermal_time_end: 1.0
    records: 6
    probe_size: 16
    snapshots: 0
    traces: {every: 5}
  traced:
    network: {kind: mlp, inputs: 3, hidden: [3], activation: tanh}
    data: {kind: gaussian}
    dynamics: {kind: sgd, weight_decay: 0.1}
    sampling: with_replacement
    training_set_size: 8
    labels: shuffled
    sweep: {learning_rate: [0.2]}
    seeds: [0]
    replicas: 2
    until: {steps: 900}
    records: {count: 13, even_in: steps}
    snapshots: records
    record: [loss]
    probe_size: 16
    traces: {every: step, weights: 6, projections: 4}
    measure:
      weight_spectrum: {burn_in: 100, surrogates: 9}
      circulation: {burn_in: 100, surrogates: 9, curvature: 2}
  parts:
    network: {inputs: 3, hidden: 4, init: {kind: torch_default, scale: {V: plateau}}}
    data: {kind: gaussian}
    sweep:
      learning_rate: [0.1]
      dynamics:
        surgery: {kind: surgery, W: mean, b: frozen}
        flow: {kind: gradient_flow, step: 0.5, samples: 16}
        langevin: {kind: langevin, samples: 2}
    seeds: [0]
    replicas: 2
    thermal_time_end: 1.0
    records: 6
    probe_size: 16
    snapshots: 0
  level:
    network: {inputs: 3, hidden: 4, init: {kind: torch_default, scale: {V: plateau}}}
    data: {kind: gaussian}
    sweep: {learning_rate: [0.1, 0.2]}
    seeds: [0]
    replicas: 2
    thermal_time_end: 1.0
    records: 6
    snapshots: 0
    record: [activation_rate, activation_rate_unit, second_layer_norm, drift_budget]
  scheduled:
    network: {inputs: 3, hidden: 4}
    data: {kind: gaussian}
    dynamics:
      schedule:
        learning_rate: {kind: cosine, unit: run, floor: 0.5}
        batch_size: {kind: step, unit: run, at: [0.5], factor: 2}
    sweeps: [{learning_rate: [0.1, 0.2], batch_size: [1]}]
    seeds: [0]
    record: [drift_budget]
    replicas: 2
    until: {steps: 40}
    records: {count: 5, even_in: steps}
    snapshots: end
    probe_size: 16
    measure: {hessian_chain: {samples: 4}}
  drawn: &drawn
    network: {kind: mlp, inputs: 3, hidden: [4]}
    data: {kind: teacher}
    training_set_size: 12
    sweep:
      - learning_rate: [0.1]
        batch_size: [2]
        sampling: [with_replacement, fresh_subset, without_replacement]
      - {learning_rate: [0.2], batch_size: [2], sampling: [with_replacement]}
    record: [loss, train_loss, local_entropy]
    seeds: [0]
    replicas: 2
    until: {training_time: 40}
    records: {count: 6, even_in: training_time}
    snapshots: 0
    probe_size: 16
  memorised:
    network: {kind: mlp, inputs: 3, hidden: [4]}
    data: {kind: teacher}
    sampling: with_replacement
    training_set_size: 12
    sweep:
      learning_rate: [0.1, 0.2]
      batch_size: [2]
      labels: {some: {shuffled: 0.25}, half: {shuffled: 0.5}, every: shuffled}
    record: [loss, accuracy, train_accuracy, memorised_share, clean_train_accuracy]
    seeds: [0]
    replicas: 2
    until: {training_time: 40}
    records: {count: 6, even_in: training_time}
    snapshots: 0
    probe_size: 16
  diverse:
    <<: *drawn
    sampling: with_replacement
    dynamics:
      schedule:
        learning_rate:
          - {kind: constant, unit: run, over: 0.25}
          - {kind: constant, unit: run, over: 0.25, factor: 0.5}
          - {kind: constant, unit: run, factor: 0.2}
    sweep: {learning_rate: [0.1], batch_size: [1], network.hidden: {narrow: [2], wide: [4]}}
    record: [loss, train_loss, train_gradient_variance, noise_trace]
    records: {count: 21, even_in: training_time}
  exchanged: &exchanged
    <<: *drawn
    sampling: with_replacement
    sweep:
      - {learning_rate: [0.1], batch_size: [2], training_set_size: [12, 16], noise_scale: [1.0]}
      - {learning_rate: [0.2], batch_size: [4], training_set_size: [12, 16], noise_scale: [1.0]}
      - {learning_rate: [0.2], batch_size: [8], training_set_size: [12], noise_scale: [1.0]}
      - {learning_rate: [0.1], batch_size: [2], training_set_size: [12], noise_scale: [0.0]}
    record: [loss, train_loss, accuracy]
  scaled:
    <<: *exchanged
    sweep:
      - {learning_rate: [0.1], batch_size: [1, 2], dynamics.noise_scale: [1.0, 2.0]}
      - {learning_rate: [0.1], batch_size: [2], dynamics.noise_scale: [0.0]}
    snapshots: end
    measure: {hessian_norm: {}}
  pushed:
    <<: *exchanged
    sweep:
      - learning_rate: [0.1]
        batch_size: [2]
        dynamics.noise_scale: [0.0, 1.0]
        dynamics.momentum: [0.0]
      - learning_rate: [0.05]
        batch_size: [2]
        dynamics.noise_scale: [1.0]
        dynamics.momentum: [0.5]
    snapshots: end
    measure: {hessian_norm: {}}
  cycles: &cycles
    <<: *exchanged
    sweep:
      learning_rate: [0.1]
      batch_size: [2]
      dynamics.schedule:
        constant: constant
        rate_long:
          learning_rate:
            {kind: cyclic, unit: run, period: 0.4, factors: [1, 0.5], shape: steps}
    until: {epochs: 40}
    records: {count: 6, even_in: epochs}
    snapshots: records
    measure: {hessian_norm: {}}
  still: *cycles
  constant: *cycles
  budget:
    network: {inputs: 3, hidden: 4}
    data: {kind: gaussian}
    sweep: {learning_rate: [0.1, 0.2], batch_size: [1]}
    seeds: [0]
    record: [drift_budget_sampled]
    replicas: 2
    thermal_time_end: 1.0
    records: 6
    snapshots: 0
    probe_size: 16
pairs:
  rates:
    measure: {kind: parameter_distance}
    of:
      - {experiment: gaussian, learning_rate: 0.1}
      - {experiment: gaussian, learning_rate: 0.2}
  between:
    measure: {kind: segment, between: {one: [1, 2]}}
    of:
      - {experiment: noise, learning_rate: 0.1}
      - {experiment: noise, learning_rate: 0.2}
computations:
  thermophoresis: {kind: walk_flux, noise_slope: 1.0}
  equilibrium: {kind: soret_equilibrium, noise: {up: [1.0, 1.0, 0.0]}, particles: 100}
  walking: {kind: walk_moments, particles: 100}
  square: {kind: walk_square}
  batches: {kind: minibatch_covariance, samples: 3, batch_sizes: [1, 2]}
  langevin: {kind: langevin_limit, samples: 3, batch_sizes: [1, 2], cells: 20}
  quadratic: {kind: quadratic_loss, weights: 2, pairs: 2, samples: 1000}
  printed: {kind: printed_spectra, rows: {one: {mean: "0.3", deviation: "2.1", rank: "1.8"}}}
  well: {kind: double_well, strengths: [0.0, 0.5, 1.5], inverse_temperatures: [1.0], cells: 20}
  well_particles: {kind: double_well_particles, burn_in: 0.1, time: 0.2, replicas: 2, particles: 4}
  potential: {kind: noise_potential, cells: 20, systems: 2}
  premises: {kind: force_premises, cells: 40}
  convention: {kind: noise_convention, learning_rates: [0.1, 0.08, 0.05], systems: 2}
  currents: {kind: current_of_wells, cells: 20}
  escapes: {kind: escape_times, steps: [0.4, 0.2], wells: 2, exits: 10, replicas: 2}
  odds: {kind: well_odds, time: 8.0, burn_in: 1.0, replicas: 2, particles: 128, cells: 200}
  samplers: {kind: stationary_regression, learning_rates: [0.1], replicas: 2, training_time: 20.0}
  wells: {kind: smoothed_wells, gammas: [0.5], nodes: 101}
  pushed_variance: {kind: momentum_variance, weights: 2, pairs: 2}
  rescaled: {kind: rescaled_layers, steps: 10}
figures:
  exchange:
    kind: exchange
    course: exchanged
    base_rate: 0.1
    base_batch: 2
    factors: [2]
    root_factors: [4]
    along: training_set_size
    shown: 12
    noise_free: {noise_scale: 0.0, training_set_size: 12}
    late: scaled
    late_rate: 0.1
    late_batch: 1
    late_noise_free: {noise_scale: 0.0}
  third_factor:
    {kind: third_factor, scaled: scaled, momentum: pushed, noise_free: {noise_scale: 0.0}}
  schedules: {kind: schedules, steps: constant, cycles: cycles, stationary: still}
  flows: {kind: mass_flow, flows: [thermophoresis]}
  places: {kind: soret_equilibrium, equilibrium: equilibrium, moments: walking}
  well: {kind: double_well, well: well, particles: well_particles}
  convention: {kind: convention, noise: convention, currents: currents, escapes: escapes}
  odds: {kind: well_odds, odds: odds}
  sizes: {kind: sweep, experiment: deep, compare: hidden, observable: loss}
  scaling: {kind: scaling_and_sampling, regression: samplers, grid: drawn, diversity: diverse}
  entropy: {kind: local_entropy, wells: wells, experiment: drawn}
  flat: {kind: flatness, <<: &ends {epochs: cells, loss: cells, time: cells, descent: cells_full},
         rescaled: rescaled}
  learned: {kind: generalisation, <<: *ends}
  memorised: {kind: memorisation, experiment: memorised, wholly: every, partly: [some, half]}
  between:
    kind: segments
    curves: [{name: one, pair: between}]
    panels: [{name: one, segment: one}]
  controls:
    kind: controls
    observable: loss
    panels: [{curves: [{name: small, experiment: deep, cells: {hidden: small}}]}]
  mechanism:
    kind: mechanism
    level: {experiment: level}
    curves: [{name: one, experiment: level, learning_rate: 0.1}]
    thermal_time: 0.5
  early: {kind: early_phase, of: [{name: one, experiment: level, learning_rate: 0.1}]}
  plane: {kind: neuron_flow, experiment: units, learning_rate: 0.1}
  spectra: {kind: noise_spectrum, curves: [{name: one, experiment: noise, learning_rate: 0.1}]}
  statistics: {kind: noise_statistics, experiment: noise}
  ranks: {kind: rank_threshold, curves: [{name: one, experiment: noise, learning_rate: 0.1}]}
  beside:
    kind: printed_spectra
    printed: printed
    curves: [{name: one, experiment: noise, learning_rate: 0.1}]
  in_time: {kind: weights_in_time, experiment: traced, learning_rate: 0.2}
  turning: {kind: circulation, experiment: traced, noise: traced}
  budget:
    kind: drift_budget
    panels:
      - experiment: budget
        observable: drift_budget_sampled
        of: squared_error
        learning_rate: 0.1
"""
OF_BUDGETS = """
  budget-noise: &noise
    source: title
    statement: Noise lowers the variance of gradients.
    experiment: budget
    statistic: budget_term
    observable: drift_budget_sampled
    of: gradient_variance
    terms: noise
    criterion: {below: 0}
    because: Lower is below zero.
  spectrum-slope:
    source: title
    statement: Noise grows with the number of weights.
    experiment: noise
    measurement: noise_spectrum
    statistic: slope_over_cells
    of: [trace]
    "on": largest_eigenvalue
    criterion: {above: 0}
    because: Growth is a slope above zero.
  noise-exponent:
    source: title
    statement: Kurtosis falls with the size of batches.
    experiment: noise
    measurement: noise_statistics
    statistic: measured_exponent
    variable: kurtosis_top
    along: size
    criterion: {below: 0}
    because: Falling is an exponent below zero.
  noise-order:
    source: title
    statement: Damping leaves the order of networks.
    experiment: noise
    measurement: dense_hessian
    statistic: measured_agreement
    of: log_width_8
    over: log_width_2
    criterion: {above: 0}
    because: The same order is a coefficient above zero.
  cells-trained:
    source: title
    statement: Noise makes it flat.
    experiment: cells
    measurement: hessian_norm
    statistic: trained_share
    trained_to: 0.9
    criterion: {below: 0}
    because: Flatter is below zero.
  cells-noise: &noisy
    source: title
    statement: Noise makes it flat.
    experiment: cells
    measurement: hessian_norm
    statistic: noise_correlation
    variable: hessian_norm
    criterion: {below: 0}
    because: Flatter is below zero.
  cells-within:
    source: title
    statement: Noise makes it flat.
    experiment: cells
    measurement: hessian_norm
    statistic: correlation_within
    of: loss
    "on": hessian_norm
    within: cell
    coefficient: kendall
    criterion: {below: 0}
    because: Flatter is below zero.
  cells-exponents: {<<: *noisy, statistic: measured_exponents}
  cells-alone: {<<: *noisy, statistic: noise_alone, of: deviation}
  cells-descent: {<<: *noisy, statistic: gap_to_descent, against: cells_full, equal: train_loss}
  memorised: &memorised
    source: title
    statement: Labels are memorised.
    experiment: memorised
    statistic: final_value
    observable: train_accuracy
    criterion: {above: 0.5}
    because: Half is chance.
  memorised-drive: {<<: *memorised, statistic: noise_correlation, cells: {labels: half}}
  between:
    source: title
    statement: One is sharper.
    pair: between
    measurement: segment
    statistic: pair_value
    variable: log_curvature_ratio
    at: {segment: one}
    criterion: {above: 0}
    because: Sharper is above zero.
  budget-share: {<<: *noise, statistic: budget_share}
  budget-residual: {<<: *noise, statistic: budget_residual}
  budget-scaling: {<<: *noise, statistic: budget_scaling, up_to: 0.5}
  traced-circulates: &traced
    source: title
    statement: Weights circulate.
    experiment: traced
    measurement: circulation
    statistic: combined_p_value
    variable: area_p
    criterion: {below: 0.01}
    because: A hundredth is little.
  traced-temperature: {<<: *traced, statistic: temperature_slope, variable: current_square}
  exchange-course: &course
    source: title
    statement: It is the same.
    experiment: exchanged
    statistic: exchange_distance
    observable: train_loss
    base_rate: 0.1
    base_batch: 2
    factors: [2]
    cells: {training_set_size: 12, noise_scale: 1.0}
    criterion: {at_most: 1}
    because: It is the spread.
  exchange-breaks:
    <<: *course
    statistic: breaking_slope
    along: training_set_size
    cells: {noise_scale: 1.0}
  exchange-leaves:
    <<: *course
    statistic: noise_ratio
    quantity: spread
    noise_free: {noise_scale: 0.0, training_set_size: 12}
  exchange-scales:
    source: title
    statement: It is the same.
    experiment: scaled
    statistic: noise_exponents
    quantity: excess
    observable: train_loss
    noise_free: {noise_scale: 0.0}
    cells: {noise_scale: [1.0, 2.0]}
    criterion: {holds: 0}
    because: The same.
  cycles-switch:
    source: title
    statement: It goes up and down.
    experiment: cycles
    statistic: phase_contrast
    measurement: hessian_norm
    variable: largest_eigenvalue
    cells: {schedule: rate_long}
    criterion: {above: 0}
    because: Up is above zero.
  cycles-end:
    source: title
    statement: It is the same.
    experiment: cycles
    statistic: end_gap
    observable: accuracy
    compare: schedule
    cells: {schedule: [constant, rate_long]}
    criterion: {at_least: -1, at_most: 1}
    because: Within one.
"""


def one_of_each(products):
    """Return a product of every stage and every kind of thing that tells jobs of a stage apart."""
    for stage in STAGES:
        found = getattr(products, stage)
        yield from found.values() if isinstance(found, dict) else [found]


@pytest.fixture
def complete(make_once, clone, tmp_path):
    """A copy of the tiny pipeline with images, all of it made."""

    def run(folder):
        project = clone(folder)
        project.path("config/own.py").write_text(OWN)
        project.edit(CONFIGURATION, "figures:\n", MORE)
        claims = project.path("config/claims.yaml")
        claims.write_text(claims.read_text().rstrip() + OF_BUDGETS)
        x, y = np.random.default_rng(0).normal(size=(20, 3)), np.arange(20) % 2
        arrays = {"x_train": x, "y_train": y, "x_test": x, "y_test": y}
        np.savez(project.path("config/mine.npz"), **arrays)
        project.edit(CONFIGURATION, "experiments:\n", f"{DATASETS}experiments:\n")
        result = project.run("--cores", "2")
        assert result.returncode == 0, result.stdout
        return project

    return make_once("with-images", run).copy(tmp_path / "project")


def products_of(project, monkeypatch):
    monkeypatch.chdir(project.folder)
    config = load("config/config.yaml")
    return Products(config, load_claims(config))


def remake(project, product, fingerprint, **environment):
    """Make a product again in a process of its own; return the names of the modules it loads."""
    for path in product.outputs:
        project.path(f"{RESULTS}/{path}").unlink()
    # Two may be made at a time.
    checkpoint = f"{product.name.replace('/', '_')}.npz"
    more = ["--checkpoint", checkpoint, "--checkpoint-seconds", "9"]
    arguments = [
        *("make", product.stage, "--settings", essential_json(product.settings)),
        *("--fingerprint", fingerprint, *(more if product.stage == "simulate" else [])),
        *("--inputs", *(f"{RESULTS}/{path}" for path in product.inputs)),
        *("--outputs", *(f"{RESULTS}/{path}" for path in product.outputs)),
    ]
    done = subprocess.run(
        [sys.executable, "-c", JOB, *arguments],
        cwd=project.folder,
        env=os.environ | {"PYTHONPATH": str(project.path("src")), **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    status, names = json.loads(done.stdout.splitlines()[-1])
    assert status == 0, done.stderr
    return set(names)


def kinds_of(product):
    """Return what tells the jobs of a stage apart: the modules that they are told to run."""
    return product.stage, product.settings.modules


def different(products):
    """Return one product for every set of modules that jobs run."""
    return {kinds_of(product): product for product in one_of_each(products)}.values()


def test_what_a_job_loads_is_in_its_fingerprint(complete, monkeypatch):
    products = different(products_of(complete, monkeypatch))
    assert {product.stage for product in products} == set(STAGES)
    exempt = {f"thermophoresis.{name}" for name in code.EXEMPT}
    ever_loaded = set()

    def loaded_by(product):
        return remake(complete, product, code.fingerprint(*product.settings.modules))

    # No product rests on another one of its stage.
    with ThreadPoolExecutor(2) as both:
        for stage in STAGES:
            of_stage = [product for product in products if product.stage == stage]
            for product, loaded in zip(of_stage, both.map(loaded_by, of_stage), strict=True):
                modules = product.settings.modules
                unknown = loaded - code.closure(*modules, without=exempt) - exempt
                assert {name for name in unknown if not is_empty(name)} == set(), product.name
                ever_loaded |= loaded
    # It is called otherwise by the Python that runs it.
    assert exempt - ever_loaded == {"thermophoresis.__main__"}


def is_empty(name):
    """Whether a module is a package's ``__init__`` with a docstring alone."""
    path = code._file(name)
    assert path is not None
    return path.name == "__init__.py" and not code._tree(name).body


class Changed(ast.NodeTransformer):
    """Changes every number and text that a module or a class in it gives a name.

    The defaults of settings are left: they are what jobs are not told, and tests/config holds them.
    """

    def visit_Assign(self, node):
        try:
            old = eval(ast.unparse(node.value), {})
        except NameError:
            return node
        if isinstance(old, int | float | str):
            new = not old if isinstance(old, bool) else old + ("!" if isinstance(old, str) else 1)
            node.value = ast.Constant(new)
        return node

    def visit_AnnAssign(self, node):
        given = node.value is not None and "ClassVar" in ast.unparse(node.annotation)
        return self.visit_Assign(node) if given else node

    def visit_FunctionDef(self, node):
        return node


def test_constants_of_exempt_modules_reach_no_byte(complete, monkeypatch):
    every = one_of_each(products_of(complete, monkeypatch))
    products = list({product.stage: product for product in every}.values())
    changed = set()
    for name in code.EXEMPT:
        path = complete.path("src").joinpath("thermophoresis", *name.split(".")).with_suffix(".py")
        before = path.read_text()
        path.write_text(ast.unparse(Changed().visit(ast.parse(before))))
        if path.read_text() != ast.unparse(ast.parse(before)):
            changed.add(name)
    assert {"config.measurement", "provenance.blocks", "simulations.progress"} <= changed
    for product in products:
        files = [complete.path(f"{RESULTS}/{path}") for path in product.outputs]
        before = [file.read_bytes() for file in files]
        fingerprint = code.fingerprint(*product.settings.modules)
        # Of another Python's environment, so that it is not compared; also under the changed name.
        other = {code.PYTHON: "0.0", f"{code.PYTHON}!": "0.0"}
        remake(complete, product, fingerprint, **other)
        assert [file.read_bytes() for file in files] == before, product.name
