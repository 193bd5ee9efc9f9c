"""Lesson 9, break it: six faults, what a clinician would notice, what the app says, and the remedy."""
