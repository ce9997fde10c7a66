"""The timbre model: from a soundfont's notes to the decoder in the pack."""
