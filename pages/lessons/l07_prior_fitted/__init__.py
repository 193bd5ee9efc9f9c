"""Lesson 7, a prior-fitted network: what it is trained on, what that makes of it, and where it misleads."""
