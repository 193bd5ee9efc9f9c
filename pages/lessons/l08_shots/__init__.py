"""Lesson 8, how many shots are enough: luck of the draw, curves that meet, and how sure one can be of a measured accuracy."""
