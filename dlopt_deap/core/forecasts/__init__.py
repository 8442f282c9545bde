"""What a network says of the rows to come, beside what naive methods say."""
