"""The parts of the page Meta-train: choose tasks and a learner, train live, judge on diagnoses not seen, keep the weights.

Imports `parts.common` and the core, never the parts of another page.
"""
