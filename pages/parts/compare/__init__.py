"""The parts of the page Compare: choose patients and methods, run live, read the results, take them away.

Imports `parts.common` and the core, never the parts of another page.
"""
