"""One module for each kind of figure, found by its name; `parts` has what they are made of."""
