"""What the lessons compute and draw, one file a lesson, with the library's own code; `script` says what a lesson is made of.

The texts of the lessons stand in `pages/lessons`, one file a lesson too. Floor 11 of the house.
"""
