"""What is wrong with a configuration's networks that only code tells: of a user's own classes."""

from thermophoresis.config.canonical import canonical_json
from thermophoresis.config.configuration import Config
from thermophoresis.errors import UserError
from thermophoresis.networks.load import build


def check_own_networks(config: Config, source: str) -> None:
    """Make every network that is of a user's own class, and try it on a few samples.

    With images, whose shape and number of classes are known when they are prepared, it is made
    only.

    Parameters
    ----------
    config
        The configuration.
    source
        Its file, named in front of every problem.

    Raises
    ------
    UserError
        Some cannot be trained; the error tells all of them, each in a line.
    """
    problems = {}
    for run in config.runs():
        network, data = run.network, run.data
        case = (run.experiment, canonical_json(network))
        if not network.files or case in problems:
            continue
        inputs = getattr(network, "inputs", None)
        problems[case] = ""
        try:
            build(network, None if data.are_images else (inputs,), None)  # type: ignore[arg-type]
        except UserError as error:
            problems[case] = f"{source}: experiments.{run.experiment}.network: {error}"
    if any(problems.values()):
        raise UserError("\n".join(filter(None, problems.values())))
