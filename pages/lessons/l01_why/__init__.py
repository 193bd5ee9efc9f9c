"""Lesson 1: why a few patients are not enough without training on other diseases."""
