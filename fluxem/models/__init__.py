"""The networks: one backbone, token-only, hybrid."""
