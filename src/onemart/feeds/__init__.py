"""The feed gate: from a vendor's file to the raw table, every row accounted for."""
