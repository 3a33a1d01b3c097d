"""What a run costs at BigQuery: asked of the service, or worked out from a budget."""
