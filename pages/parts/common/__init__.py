"""Shared by all pages: frame, menu, language, patients, upload check, live runs and charts. Imports no part of a single page."""
