"""A LookML project written from what dbt knows, checked, and read back as SQL."""
