"""The upload check, one worry = one file; each offers `check(records)` and, where it can, a remedy."""
