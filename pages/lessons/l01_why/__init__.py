"""Lesson 1: why a few patients are not enough without practice on other diseases."""
