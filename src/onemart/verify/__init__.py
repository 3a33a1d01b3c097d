"""What shows, without an account, that the project works on BigQuery."""
