"""What a saved network says of rows that it has not seen."""
