"""Lesson 6, matching: every labelled patient votes, the more the more alike they are."""
