"""How terms of drift budgets are called and look, and what their quantities are called."""

from typing import Any

import seaborn as sns

from thermophoresis.config import kinds
from thermophoresis.figures.parts import style
from thermophoresis.figures.parts.observable_labels import label_of

FIRST, NOISE = "first order", "noise"
# From 0 outwards, in this order. Whole where there are no blocks.
LABELS = {
    "first": f"{FIRST}",
    "first_V": f"{FIRST}: $V$",
    "first_W": f"{FIRST}: $W$",
    "first_b": f"{FIRST}: $b$",
    "noise": f"{NOISE}",
    "noise_VV": f"{NOISE}: $VV$",
    "noise_VW": f"{NOISE}: $VW$",
    "noise_Vb": f"{NOISE}: $Vb$",
    "noise_WW": f"{NOISE}: $WW$",
    "noise_Wb": f"{NOISE}: $Wb$",
    "noise_bb": f"{NOISE}: $bb$",
    "mean_square": "squared mean gradient",
    "remainder": "remainder",
}
# Blue for first order, orange for noise: told apart by anyone, as light and dark are.
MAPS = {"first": "Blues", "noise": "YlOrBr"}
WHOLE = {"first": "#4292c6", "noise": "#ec7014"}
OTHERS = {"mean_square": "#cc79a7", "remainder": "#969696"}
FLUX: dict[str, Any] = {"color": "#009e73", "linestyle": style.DOTS, "linewidth": 1.4}

QUANTITIES = {
    "second_layer_square": r"$\|V\|^2$",
    "first_layer_square": r"$\|W\|_F^2$",
    "gradient_square": r"$\frac{1}{4}\mathrm{E}\,\|\nabla f\|^2$",
    "squared_error": r"$\mathrm{E}\,r^2$",
    "activation_rate": r"$\bar{\sigma}'$",
}


def label_of_quantity(name: str) -> str:
    """Return what an axis calls a quantity that has a budget."""
    if name in QUANTITIES:
        return QUANTITIES[name]
    return label_of(name) if name in kinds.names("observables") else name.replace("_", " ")


def appearance(name: str) -> dict[str, Any]:
    """Return how the area of a term looks."""
    order, _, block = name.partition("_")
    if name in OTHERS:
        colour: Any = OTHERS[name]
    elif not block:
        # Hatched: beside blocks of another panel it is all of them.
        return {"facecolor": WHOLE[order], "edgecolor": "white", "linewidth": 0.3, "hatch": "////"}
    else:
        blocks = [it for it in LABELS if it.startswith(f"{order}_")]
        places = sns.color_palette(MAPS[order], len(blocks) + 1)[1:]
        colour = places[blocks.index(name)]
    return {"facecolor": colour, "edgecolor": "white", "linewidth": 0.3}
