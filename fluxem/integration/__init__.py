"""From text to the mixed stream and its files."""
