"""Lesson 6, matching: every labeled patient votes, and counts the more, the more similar the patient is."""
