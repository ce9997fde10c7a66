"""Tests of the training room; data is made by the tests themselves."""
