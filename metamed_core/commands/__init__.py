"""The commands of `python -m metamed_core`, one file each: `add_options(parser)` says what it takes and what runs it.

Floor 14 of the house.
"""
