"""Figures that are defined once, in models/semantic, and asked for by name."""
