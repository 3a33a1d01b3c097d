"""What continuous integration needs beside dbt: a kept state, a slim build, a report of changes."""
