"""What the report says to its readers beside numbers: texts alone, which decide no verdict."""

_LEAST_FAVOURABLE = (
    "Of the cells, the one in which the claim holds least decides: all of them must support it, "
    "and one is enough to refute it."
)

# How each statistic is computed.
EXPLANATIONS = {
    "change": (
        "Mean over networks at the last record minus that at the first. " + _LEAST_FAVOURABLE
    ),
    "relative_change": (
        "Mean over networks at the last record minus that at the first, divided by the size of the "
        "latter: −0.1 is a decrease by a tenth. " + _LEAST_FAVOURABLE
    ),
    "median_change": (
        "Median over networks at the last record minus that at the first, divided by the size of "
        "the latter: what the typical network does, where a few may carry the mean. "
        + _LEAST_FAVOURABLE
    ),
    "combined_change": (
        "Changes of the mean over networks up to the end, or up to the thermal time that the claim "
        "names, in cells that differ in one setting, times the weights that the claim gives them, "
        "added up and divided by the change in one of these cells: (Δ with − Δ without)/Δ with is "
        "what leaving something out takes away. Signed, hence below 0 or above 1 where parts work "
        "against each other."
    ),
    "gap": (
        "How far the curve of the stronger drive (larger η or smaller |B|) lies above that of the "
        "next weaker one, at equal t or equally rescaled t, averaged over the range that all "
        "curves share, in units of the range of all values: −0.1 means lower by a tenth of the "
        "figure's height. Where curves of one drive differ in another setting, it is how far one "
        "lies above that before it, in the order of the values or of the claim. Of the pairs of "
        "neighbouring curves, the one in which the claim holds least decides."
    ),
    "collapse_error": (
        "ε, the r.m.s. spread between mean curves at equal rescaled time over their total r.m.s. "
        "spread, less what noise adds to it (estimated by the bootstrap): 0 if the curves "
        "coincide, 1 if the axis explains nothing. Its interval is that of ε², upwards wider by "
        "what the standard error of ε² grows with ε."
    ),
    "learning_rate_exponent": (
        "α for which the curves coincide as functions of t η^α: the minimum of the squared "
        "differences of all pairs of curves in units of their paired standard errors, over the "
        "thermal time that they share or the named third of it (in √τ)."
    ),
    "batch_size_exponent": (
        "β for which the curves coincide as functions of t / |B|^β: the minimum of the squared "
        "differences of all pairs of curves in units of their paired standard errors, over the "
        "thermal time that they share."
    ),
    "axis_exponent": (
        "γ for which the curves coincide as functions of t a^γ, with a the swept setting in which "
        "they differ: the minimum of the squared differences of all pairs of curves in units of "
        "their paired standard errors, over the thermal time that they share or the named third of "
        "it (in √τ)."
    ),
    "gap_at_equal_loss": (
        "For fifty levels of the mean held-out loss that all cells reach: by how much the "
        "observable is larger with the smaller learning rate when the level is first reached, in "
        "units of its mean at the start. Of the pairs of neighbouring rates, the one in which the "
        "claim holds least decides."
    ),
    "difference_at_equal_loss": (
        "By how much the observable is larger in the first cell than in another, both at the "
        "learning rate that they end with: over fifty levels of the mean loss that both reach at "
        "that rate, when the level is first reached. " + _LEAST_FAVOURABLE
    ),
    "agreement_at_equal_loss": (
        "Kendall's rank correlation τ between minus the one observable and the other, over the "
        "networks of all cells, each where its own loss first reaches the lowest level that all of "
        "them reach: 1 if the network with the lower one always has the other higher. Networks are "
        "resampled, each with its copies in all cells."
    ),
    "early_to_late_drift": (
        "(e − l)/(|e| + |l|) of the downward drift per thermal time in the first third of the "
        "records, e, and in the last, l: 1 if all of it is early, −1 if all of it is late. Its "
        "interval is that of e − l, in units of |e| + |l|. " + _LEAST_FAVOURABLE
    ),
    "drift_error_correlation": (
        "Pearson's correlation between the downward drift per thermal time and E(p − y)², over ten "
        "blocks of the run, of means over networks. " + _LEAST_FAVOURABLE
    ),
    "violated_fraction": (
        "Fraction of held-out samples, at all snapshots of all networks in all cells, for which "
        "the inequality fails by more than rounding. One sample refutes an inequality that is "
        "claimed for all."
    ),
    "hessian_ggn_ratio": (
        "Mean of Tr H over mean of its Gauss–Newton part Tr(PK), both over all networks, and "
        "over the cells and snapshots at which Tr H was taken. Tr H is exact in fully-connected "
        "networks of ordinary width, and an unbiased estimate from random vectors in others."
    ),
    "rank_correlation": (
        "Spearman's rank correlation of the two quantities over the snapshots of a network, "
        "averaged over networks. " + _LEAST_FAVOURABLE
    ),
    "paired_gap": (
        "Mean over networks of the observable in the first experiment less that in the second, at "
        "equal time in the same cell, at the last time that both have or averaged over all that "
        "they share, in units of the size of the second's mean at the start (−0.1 means lower by a "
        "tenth of it) or, if the claim says so, of the observable. Networks are paired by seed and "
        "replica, hence by initialisation and samples, and resampled in pairs. " + _LEAST_FAVOURABLE
    ),
    "measured_value": (
        "What was measured of the runs, network by network, at the last record: the mean over "
        "networks, which are resampled jointly in all cells. " + _LEAST_FAVOURABLE
    ),
    "pair_value": (
        "What was measured of two runs, network by network, at the last record: the mean over "
        "networks, which are resampled."
    ),
    "computed": (
        "What was computed without training a network. Each entry must satisfy the criterion, and "
        "one is enough to refute it; that in which the claim holds least is shown."
    ),
}

# How a verdict follows from an interval and a criterion; {…} are filled in.
VERDICT_RULE = (
    "A claim is supported if the whole confidence interval satisfies its criterion, refuted if no "
    "part of it does, and otherwise inconclusive. Statistics and criteria stand in a file, each "
    "criterion with its reason.\n\nIntervals are estimate ± Student quantile × bootstrap "
    "standard error, networks being resampled jointly in all cells, because a network has the same "
    "initialisation and the same samples in each of them. {claims} claims are tested at once; by "
    "Bonferroni's inequality each has intervals of the level {level}, shared out further where a "
    "claim is about several cells, so that all of them together cover what they should with "
    "probability {together} or more, however they depend on each other.\n\nCounts of violated "
    "inequalities are of all samples that were evaluated: they have no error, and say nothing of "
    "other samples."
)

# What stands for the level where families of claims share the probability of error.
FAMILY_LEVELS = "of its family ({families}), each family having a share of the probability of error"

# What is said besides where there are claims of a kind, and criteria that ask intervals to hold.
KIND_RULES = {
    "P": "Printed formulas and implications are judged by computations that leave nothing to "
    "chance: they have no interval, and take no share of the probability of error.",
    "T": "What is true by construction or algebra is judged as well, as a test of the program. It "
    "is no finding, and is not counted among them.",
}
HOLDS_RULE = (
    "Where a criterion asks an interval to hold a number, a claim is refuted if it does not, and "
    "inconclusive as long as the interval has a number besides that it is to exclude."
)

# The papers: title and authors, by the names that claims have for them.
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

# What to look for in a figure, by the first part of its name.
CAPTIONS = {
    "fig": "Left: raw training time. Curves that fall onto one in the last panel follow the "
    "rescaling written below it; the number above each panel says how well.",
    "curvature": "From the trace of the Hessian to its bound (a, b), and how trace and bound move "
    "with training, activation rate and weight norm, and with each other (c–i).",
}
