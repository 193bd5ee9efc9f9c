"""Lesson 10, reading uncertainty: a probability is a frequency, and what a temperature, a set and Bayes' rule make of it."""
