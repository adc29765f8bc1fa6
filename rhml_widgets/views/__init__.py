"""Props of each view, as pure functions of what the session knows."""
