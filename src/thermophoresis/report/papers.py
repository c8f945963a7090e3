"""The papers whose claims are judged: what they are called, and who has written them."""

# Title and authors, by the names that claims have for them.
PAPERS = {
    "thermophoresis": ("Implicit Regularization of SGD via Thermophoresis", "Wei & Schwab"),
    "limit_cycles": (
        "Stochastic gradient descent performs variational inference, converges to limit cycles for "
        "deep networks",
        "Chaudhari & Soatto",
    ),
    "three_factors": ("Three Factors Influencing Minima in SGD", "Jastrzębski et al."),
}
TITLE_OF_SEVERAL = "What the noise of SGD does"


def authors_of(paper: str) -> str:
    """Return who has written a paper; of one that is not known, its name."""
    return PAPERS[paper][1] if paper in PAPERS else paper
