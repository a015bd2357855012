"""One module per domain: how its values are found, encoded, decoded and rendered, and their operations."""
