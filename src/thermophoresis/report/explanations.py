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
    "budget_residual": (
        "Measured change of the mean over networks less what the terms of its drift budget add up "
        "to, at the end of each third of the run (in √τ), in units of the quantity or of the "
        "change, there where that exceeds five of its standard errors. Networks are paired, and "
        "none is left out: where one is lost, the budget ends. Rates are integrated over the "
        "thermal time by the trapezoid in √τ. " + _LEAST_FAVOURABLE
    ),
    "budget_share": (
        "What some terms of the drift budget add up to, over the measured change, with its sign: "
        "opposing terms have shares below 0 and above 1. Among other terms it is the sum of their "
        "sizes over the sum of the sizes of all these. " + _LEAST_FAVOURABLE
    ),
    "budget_term": (
        "What some terms of the drift budget add up to, in units of the quantity or of the size "
        "of its mean at the start. " + _LEAST_FAVOURABLE
    ),
    "budget_scaling": (
        "The share of some terms of the drift budget in the measured change up to a fixed thermal "
        "time, as a function of η/|B| over the cells: by least squares the exponent of a power "
        "law, in logarithms, or the intercept of a straight line."
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
        "For fifty levels of the mean loss that all cells reach (held out, unless the claim names "
        "that of training): by how much the observable is larger with the smaller learning rate "
        "when the level is first reached, in units of its mean at the start. Of the pairs of "
        "neighbouring rates, the one in which the claim holds least decides."
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
    "drive_agreement": (
        "Kendall's rank correlation τ between η/|B| and minus the observable, over the networks of "
        "all cells, each where its own loss first reaches the lowest level that all of them reach: "
        "1 if more noise always comes with the lower value. Networks are resampled, each with its "
        "copies in all cells."
    ),
    "noise_correlation": (
        "Spearman's rank correlation of a quantity and η/|B| over the networks of all cells: at "
        "the end of training, all at one ηt, or each where another observable has first risen to a "
        "level, as the claim says; the partial one where something is held fixed. Cells are those "
        "that were chosen; networks are resampled, each with its copies in all cells."
    ),
    "correlation_within": (
        "Rank correlation of two measured quantities among the networks of one cell, or of all "
        "cells of one η/|B|, averaged over these groups; what a group shares is held fixed exactly."
    ),
    "measured_exponents": (
        "Exponents of η and |B| in a measured quantity, by least squares over the logarithms of "
        "the cells' means; they add up to 0 where only η/|B| counts."
    ),
    "noise_alone": (
        "Whether cells of one η/|B| have one value of a measured quantity: how far each is from "
        "their mean, in the logarithm, or the p-value of Hotelling's test that all are there."
    ),
    "gap_to_descent": (
        "A measured quantity at the end of SGD less that of full-batch descent from the same "
        "initial parameters, after the same ηt or at the same training loss, averaged over cells."
    ),
    "trained_share": (
        "Share of cells in which a network has learned its training set, averaged over networks."
    ),
    "final_value": (
        "Mean over networks of the observable at the last record. " + _LEAST_FAVOURABLE
    ),
    "start_after_best": (
        "Training time ηt at which the mean over networks of an observable first rises to a level, "
        "or is lowest, less that at which the mean validation accuracy is highest, or the loss "
        "lowest. " + _LEAST_FAVOURABLE
    ),
    "drive_exponents": (
        "Least squares over cells of the logarithm of the mean over networks and the last third of "
        "the run (in √τ): a parabola in ln(η/|B|) and s ln η. At one η/|B| s is what is left of η: "
        "the sum of the exponents of η and |B|. The power of |B| is minus its exponent over that "
        "of η, in the middle of the cells: 1 for η/|B|, ½ for η/√|B|, 0 for η alone."
    ),
    "equalised_spread": (
        "η falls in steps; the excess is the mean over the later half of each less that of the "
        "last. With one power of η for all cells, its logarithm is taken at one η/|B|, and at one "
        "η/|B| times the scale of the noise in the cell: the ratio of the standard deviations over "
        "cells, below 1 where the scale makes them more alike."
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
    "drift_error_at_equal_time": (
        "Pearson's correlation over networks, at one time in one cell, between E(p − y)² and the "
        "downward drift that follows, averaged over ten blocks of the run. " + _LEAST_FAVOURABLE
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
    "monotone_fraction": (
        "Fraction of the intervals between records in which the mean over networks falls. "
        + _LEAST_FAVOURABLE
    ),
    "slowdown_explained": (
        "By how much E(p − y)² falls from the first to the last third of the run, equal in √τ, "
        "over by how much the downward drift of the mean per thermal time does, each in units of "
        "its size in the first third: 1 if the drift falls as the error does, below 0 if the error "
        "rises while the drift falls. " + _LEAST_FAVOURABLE
    ),
    "pair_collapse_error": (
        "ε of every two cells of the experiment, or of those of equal η/|B|, at equal rescaled "
        "time: the r.m.s. spread between the two mean curves over their total r.m.s. spread, less "
        "what noise adds to it. Of the pairs, the one in which the claim holds least decides."
    ),
    "diverged_fraction": (
        "Fraction of the networks whose loss has passed the limit by the thermal time of the "
        "claim, of all that were trained. " + _LEAST_FAVOURABLE
    ),
    "every_value": (
        "What was measured of the runs, at all snapshots of all networks in all cells: the least "
        "and the largest value must satisfy the criterion."
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
    "distance_from_theory": (
        "The largest deviation of the mean activation rate along the run from that of the slow "
        "flow dz/dτ = −φ(z)/8, z = b/‖w‖, which starts from the weights and biases of every unit, "
        "in units of the fall of the latter: 0 if the networks are on the flow, 1 if they are as "
        "far off as it goes. Noise makes it larger, not smaller. " + _LEAST_FAVOURABLE
    ),
    "norm_balance": (
        "What the mean force takes from ‖V‖² in a step over what noise adds to it, means over "
        "networks and over the last third of the thermal time (in √τ): 1 if they balance. "
        + _LEAST_FAVOURABLE
    ),
    "norm_plateau": (
        "‖V‖² over Nη/(2|B|), the level at which mean force and noise balance at small η with W "
        "and b frozen; means over networks and over the last third of the thermal time (in √τ). "
        + _LEAST_FAVOURABLE
    ),
    "measured_value": (
        "What was measured of the runs, network by network, at the last record: the mean over "
        "networks, which are resampled jointly in all cells. " + _LEAST_FAVOURABLE
    ),
    "combined_p_value": (
        "The p-value of all networks of a cell together (Stouffer's method), from one of each of "
        "them. One above the criterion says that nothing was found, not that there is nothing, and "
        "leaves the claim open. " + _LEAST_FAVOURABLE
    ),
    "temperature_slope": (
        "Slope of what was measured of the runs on ln(η/|B|) over cells, network by network, in "
        "units of the mean over cells: 0 if it does not depend on the temperature η/2|B|, about 1 "
        "if it is in proportion. Networks are resampled jointly in all cells."
    ),
    "exchange_distance": (
        "How far the mean curve of a cell lies from that of the base with another η and |B|: root "
        "mean square over time of the difference, less what the noise of means adds, in units of "
        "the standard deviation of networks in the base. β is the ratio of |B|; η goes with β at "
        "one η/|B|, and with √β at one η/√|B|, the distance at which may be taken away. Networks "
        "are paired by initialisation. " + _LEAST_FAVOURABLE
    ),
    "breaking_slope": (
        "Slope of ln β* on ln N: β* is where the distance of curves at one η/|B| from that of the "
        "base comes to be the standard deviation of networks, between cells by interpolation of "
        "logarithms. Networks are resampled jointly at all N."
    ),
    "noise_ratio": (
        "What noise has done to the observable in the last third of the run, over the same in a "
        "base of equal η/((1 − μ)|B|): the mean, or the standard deviation over networks, of what "
        "there is less what the same network has without noise. " + _LEAST_FAVOURABLE
    ),
    "noise_exponents": (
        "By least squares over cells the logarithm of what is there late in training goes with "
        "those of η/|B| and of κ², κ the scale of the noise around the mean gradient: the exponent "
        "of κ² less that of η/|B|, 0 if the two act alike. Networks are resampled jointly in all "
        "cells."
    ),
    "phase_contrast": (
        "Ends of phases of low η/|B| less those of high ones, each compared with the mean of its "
        "neighbours before and after, so that a straight course is not in it; of the logarithm "
        "unless the claim says otherwise. Mean over networks. " + _LEAST_FAVOURABLE
    ),
    "end_gap": (
        "Mean over networks of the observable in the first cell less that in the second, at the "
        "last record; networks are paired by initialisation."
    ),
    "slope": (
        "Slope of one measured quantity on another by regression through the origin, "
        "Σ y x / Σ x² over all that was measured at the snapshots of all networks, which are "
        "resampled jointly in all cells. " + _LEAST_FAVOURABLE
    ),
    "ratio_of_totals": (
        "Total of one measured quantity, over all that was measured at the snapshots of all "
        "networks, over that of another; networks are resampled jointly in all cells. "
        + _LEAST_FAVOURABLE
    ),
    "mean_over_snapshots": (
        "Mean of what was measured over the snapshots of all networks, which are resampled jointly "
        "in all cells. Of several quantities each must satisfy the criterion. " + _LEAST_FAVOURABLE
    ),
    "measured_contrast": (
        "Mean over networks of what was measured at the last record in one cell, over that in "
        "another, or less it. Networks have the same beginnings in both and are resampled jointly. "
        "Of several quantities each must satisfy the criterion."
    ),
    "slope_over_cells": (
        "Slope of the straight line, by least squares with an intercept, through the cells' means "
        "of one measured quantity against those of another, at the last record; networks are "
        "resampled jointly in all cells. Of several quantities each must satisfy the criterion."
    ),
    "rank_correlation_of_cells": (
        "Kendall's τ of the cells' means of a measured and of a recorded quantity, at the last "
        "record; with a third quantity held fixed, Kendall's partial coefficient. Cells are "
        "resampled, and networks within them."
    ),
    "measured_exponent": (
        "Power with which the mean over networks of what was measured at the last record goes "
        "along an axis of its own: slope of the line through the logarithms of the means. Networks "
        "are resampled. " + _LEAST_FAVOURABLE
    ),
    "measured_agreement": (
        "Kendall's τ of two measured quantities over the networks of a cell, at the last record: 1 "
        "where both put the networks in the same order. Networks are resampled. "
        + _LEAST_FAVOURABLE
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
    "part of it does, and otherwise inconclusive. It is not testable where there is no interval "
    "that could decide: a number is not defined for these data, or fewer networks were trained "
    "than carry an interval of its level. A claim about an exponent has the verdict “no exponent” "
    "if curves coincide for none: even where they come closest, the interval of their ε lies above "
    "0.1, from where on claims about overlaps are refuted. Statistics and criteria stand in a "
    "file, each criterion with its reason.\n\nIntervals are estimate ± Student quantile × "
    "bootstrap standard error, networks being resampled jointly in all cells, because a network "
    "has the same initialisation and the same samples in each of them. {claims} claims are tested "
    "at once; by Bonferroni's inequality each has intervals of the level {level}, shared out "
    "further where a claim is about several cells or rests on two intervals, so that all of them "
    "together cover what they should with probability {together} or more, however they depend on "
    "each other. Below each estimate a plot has it as a dot, its interval as a line, and what the "
    "criterion allows shaded, or, where it asks the interval to hold a number, that number as a "
    "broken line.\n\nCounts of violated inequalities are of all samples that were evaluated: they "
    "have no error, and say nothing of other samples."
)

# What stands for the level where families of claims share the probability of error.
FAMILY_LEVELS = "of its family ({families}), each family having a share of the probability of error"

# What is said besides where there are claims of a kind, and criteria that ask intervals to hold.
KIND_RULES = {
    "P": "Printed formulas and implications are judged by computations that leave nothing to "
    "chance: they have no interval, and take no share of the probability of error.",
    "T": "What is true by construction or algebra is judged as well, as a test of the program. It "
    "is no finding, and is not counted among them. Where its number is estimated from networks or "
    "random vectors, it has an interval of its own, which takes no share of the probability of "
    "error.",
}
COUNTEREXAMPLE_RULE = (
    "What is claimed without exception is refuted by one counterexample. Where it is no theorem, "
    "that none was found among the samples that were evaluated supports nothing: it is "
    "inconclusive."
)
HOLDS_RULE = (
    "Where a criterion asks an interval to hold a number, a claim is refuted if it does not, and "
    "inconclusive as long as the interval has a number besides that it is to exclude."
)

# What to look for in a figure, by its kind.
_OF_SWEEPS = (
    "Left: raw training time. Curves that fall onto one in the last panel follow the "
    "rescaling written below it; the number above each panel says how well."
)
CAPTIONS = {
    "learning_rate_sweep": _OF_SWEEPS,
    "batch_size_sweep": _OF_SWEEPS,
    "drift_budget": "What each part of the expected step has added to or taken from a quantity, in "
    "blue what the mean gradient does, in yellow to red what noise does, and in black what was "
    "measured. Look at which colours make the fall, and whether the dashed sum follows the line.",
    "mechanism": "If noise holds V and a mean force does the rest, curves run along the dashed "
    "line, which has no parameter (a), what noise itself does has little share in the fall (b), "
    "and the distance from the line shrinks with η/|B| (c).",
    "early_phase": "Whether ‖V‖² comes to a level from below and above (a), whether force and "
    "noise balance there (b), and whether the force on the activation rate comes with V (c).",
    "controls": "What is left of the fall of the activation rate where one thing of SGD is left "
    "out: curves that lie high have lost it. α near 2 says that what is left goes by thermal time.",
    "mass_flow": "Flow in the random walk of Section 2: look at which of the lines goes through "
    "the walkers, the exact one or Eq. 6 as printed; above each panel their ratio to the latter.",
    "soret_equilibrium": "How the density in equilibrium goes with g, and where the mean and the "
    "median of the walk go from one point.",
    "neuron_flow": "Where a hidden unit is said to go (a, b) and where it goes in the mean (b, c): "
    "look at how the drift of its bias depends on its output weight.",
    "well_odds": "Odds between wells of known depths and widths: whether points lie on the printed "
    "lines (a), within a tenth of them whichever of η, |B| and σ² makes the noise (b, c), and what "
    "larger steps do, which favour the flatter well (d) and widen the sharp one (f). In wells that "
    "are no parabolas lines can leave the band without any steps (e).",
    "curvature": "From the trace of the Hessian to its bound (a, b), and how trace and bound move "
    "with training, activation rate and weight norm, and with each other (c–i).",
}
