"""What networks say of windows: one step, many steps, tokens to come."""
