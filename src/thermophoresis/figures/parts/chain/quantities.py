"""The members of the chain Tr H ≈ Tr(PK) ≤ Tr P · Tr K ≤ bound, and how each of them looks."""

from typing import NamedTuple

from matplotlib.typing import LineStyleType

from thermophoresis.figures.parts import style


class Quantity(NamedTuple):
    """One member of the chain and how it looks.

    Attributes
    ----------
    name
        Its variable in the curvature file.
    label
        What the legend calls it.
    colour, marker
        Of its line or points.
    dashes
        Line style; None for points without a line.
    width
        Of the line, in points.
    """

    name: str
    label: str
    colour: str
    marker: str
    dashes: LineStyleType | None
    width: float


class Link(NamedTuple):
    """Two neighbours in the chain; their ratio looks like its numerator."""

    numerator: Quantity
    denominator: Quantity
    label: str


BLACK, BLUE, VERMILION, GREEN, PURPLE = style.QUALITATIVE
TR_H, TR_PK = r"\mathrm{Tr}\,H", r"\mathrm{Tr}(PK)"
TR_P_TR_K = r"\mathrm{Tr}\,P\cdot\mathrm{Tr}\,K"
# Tr H, Tr(PK) and, with a single logit, Tr P Tr K lie on one another: points on dashes on a broad
# line can all be seen.
CHAIN = (
    HESSIAN := Quantity("hessian_trace", f"${TR_H}$", BLACK, "o", None, 0.0),
    GGN := Quantity("ggn_trace", f"${TR_PK}$", BLUE, "", "-", 2.4),
    PRODUCT := Quantity("trace_product", f"${TR_P_TR_K}$", VERMILION, "", style.DASHES, 1.0),
    BOUND := Quantity("trace_bound", "bound", GREEN, "s", "-", 0.8),
    Quantity("trace_bound_printed", "bound as printed (Eq.\u00a064)", PURPLE, "^", style.DOTS, 0.8),
)
LINKS = (
    Link(HESSIAN, GGN, f"${TR_H}/{TR_PK}$"),
    Link(GGN, PRODUCT, f"${TR_PK}/({TR_P_TR_K})$"),
    Link(PRODUCT, BOUND, rf"${TR_P_TR_K}/\mathrm{{bound}}$"),
)

# Inequality by inequality: its variable, what it says, and whether it has been proved.
INEQUALITIES = (
    ("violations_product", "Tr(PK) ≤ Tr\u00a0P\u00a0·\u00a0Tr\u00a0K (Eq.\u00a051)", True),
    ("violations_bound", "Tr\u00a0P\u00a0·\u00a0Tr\u00a0K ≤ bound", True),
    ("violations_kernel_printed", "Tr\u00a0K ≤ Eq.\u00a063 as printed", False),
    ("violations_bound_printed", "Tr(PK) ≤ Eq.\u00a064 as printed", False),
)
