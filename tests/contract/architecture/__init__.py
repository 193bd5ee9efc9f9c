"""The laws of the house as functions: each reads a tree of sources and gives the list of what breaks it."""
