"""Trains, exports and judges the note model: one module for each job."""
