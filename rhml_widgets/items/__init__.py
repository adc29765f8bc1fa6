"""What is judged: items, their identity, and the pool that holds them."""
