"""One module for each kind of figure; what they share is in `panels`, `caption` and `style`."""
