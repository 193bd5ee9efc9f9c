"""The parts of the page Compare: selection of patients and methods, live run, results, and export.

Imports `parts.common` and the core, never the parts of another page.
"""
