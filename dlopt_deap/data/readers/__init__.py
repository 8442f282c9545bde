"""What holds a series, opened: files of each kind, frames of pandas, arrays."""
