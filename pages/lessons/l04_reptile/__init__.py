"""Lesson 4, Reptile beside MAML: where the arrows differ, what one inner step is, and what needs no query."""
