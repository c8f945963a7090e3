"""An entry of `claims.json`, as claims of the report are checked and drawn from."""

ENTRY = {
    "id": "a",
    "source": "Fig. 3",
    "statement": "Curves overlap.",
    "experiment": "gaussian",
    "statistic": "collapse_error",
    "estimate": 2.0,
    "ci_low": 1.0,
    "ci_high": 3.0,
    "ci_level": 0.95,
    "n_replicas": 64,
    "criterion": "1 … 5",
    "criterion_low": 1.0,
    "criterion_high": 5.0,
    "verdict": "supported",
    "figure": None,
}
