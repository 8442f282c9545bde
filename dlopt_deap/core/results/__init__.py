"""What a search gives back: candidates, the logbook, and everything that follows from them."""
