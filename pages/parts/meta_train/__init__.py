"""The parts of the page Meta-train."""
