"""Lesson 5, prototypes: one point for a diagnosis, and the region that is nearest to it."""
