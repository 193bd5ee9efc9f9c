"""Lesson 7, a prior-fitted network: what it was practised on, what that makes of it, and where the practice misleads."""
