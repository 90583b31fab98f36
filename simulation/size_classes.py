"""Size classes of enterprises, by employees at the start."""

SIZE_CLASSES = ("1-19", "20-49", "50-249", "250-999")
SIZE_CLASS_EDGES = (20, 50, 250)
"""Employees at which the second and later of ``SIZE_CLASSES`` begin."""
