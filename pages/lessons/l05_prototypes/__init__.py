"""Lesson 5, prototypes: the average patient of a diagnosis, and the region that is nearest to it."""
