"""What a configuration may say: typed settings, without torch or xarray."""
