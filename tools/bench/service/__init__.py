"""What the two processes add to the engine, and what they hold out."""
