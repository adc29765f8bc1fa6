"""The person's side: what the model shows of itself, and when."""
