"""Task distributions: where the tasks of meta-training come from."""
