"""Lesson 2, an episode: support and query as two small tables, and why they must not share a patient."""
