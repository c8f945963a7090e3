"""SGD whose steps have the sign of the gradient: src/thermophoresis/config/dynamics/sign_sgd.py."""

from typing import ClassVar, Literal

from thermophoresis.config.evolution import Dynamics


class SignSGD(Dynamics):
    """SGD whose steps have the sign of the gradient. Settings of its own would be fields here."""

    adjective: ClassVar[str] = "sign-SGD"

    kind: Literal["sign_sgd"]
