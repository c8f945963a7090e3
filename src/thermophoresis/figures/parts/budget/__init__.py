"""What a figure of drift budgets consists of."""
