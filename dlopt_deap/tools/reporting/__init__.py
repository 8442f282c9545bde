"""What a run folder tells: in lines of text, and in figures."""
