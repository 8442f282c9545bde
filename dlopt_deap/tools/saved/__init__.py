"""What runs left behind, read back with the care that files of others need."""
