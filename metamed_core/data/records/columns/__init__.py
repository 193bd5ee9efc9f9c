"""Interpretation of one text column: values, units, identifiers and roles, one file each."""
