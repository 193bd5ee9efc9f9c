"""Lesson 3, MAML: the inner and the outer loop, drawn apart, one step at a time."""
