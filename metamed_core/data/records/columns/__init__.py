"""What a column of text holds: values, units, identifiers and roles; one question = one file."""
