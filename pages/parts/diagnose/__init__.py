"""The parts of the page Diagnose: choose patients and an algorithm, watch it adapt, read the answers, take them away.

Imports `parts.common` and the core, never the parts of another page.
"""
