"""Real inference of trained models, and what it adds up to."""
