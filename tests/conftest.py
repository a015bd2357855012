"""Settings for every test."""

from hypothesis import settings

# The same examples on every run: a test that fails, fails for everyone.
settings.register_profile("fluxem", derandomize=True, deadline=None)
settings.load_profile("fluxem")
