"""The widgets: dispatch between a page and a session, nothing else."""
