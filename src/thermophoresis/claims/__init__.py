"""From criteria fixed beforehand and measured statistics to verdicts."""
