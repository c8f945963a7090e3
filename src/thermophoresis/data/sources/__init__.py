"""Where image data sets come from: one module for each kind of source.

Each has ``read(settings, *, download)``, which returns `thermophoresis.data.image_file.Images` or
raises a UserError that starts with the name of the setting to look at. One source never stands in
for another.
"""
