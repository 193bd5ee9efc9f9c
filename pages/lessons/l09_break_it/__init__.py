"""Lesson 9, break it: six faults, the symptom that a clinician would see, what the app says, and what mends it."""
