"""How well each side does, and how far that can be trusted."""
