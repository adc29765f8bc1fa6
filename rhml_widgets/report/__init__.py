"""What leaves the notebook: pages that need neither a kernel nor a network."""
