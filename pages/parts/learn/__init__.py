"""The parts of the page Learn: the contents, one screen of a lesson, its figure and controls, the handout.

Imports the lessons, `parts.common` and the core, never the parts of another page.
"""
