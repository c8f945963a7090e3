"""About how far apart curves lie when η is exchanged for |B|."""

from typing import Literal

from thermophoresis.config.exchange import ExchangeClaim


class ExchangeDistanceClaim(ExchangeClaim):
    """About how far curves lie from that of another η, in units of the spread of networks.

    Attributes
    ----------
    scaling
        Whether η/|B| is kept (``linear``), η/√|B| (``root``), or the distance of the first is
        taken less that of the second (``linear_less_root``).
    time
        At which time curves are compared.
    """

    statistic: Literal["exchange_distance"]
    scaling: Literal["linear", "root", "linear_less_root"] = "linear"
    time: Literal["training_time", "epochs"] = "training_time"
