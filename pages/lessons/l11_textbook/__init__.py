"""Lesson 11, what the textbook is worth: rows of knowledge beside few labeled patients, wrong rows, and trust read off the table."""
