"""What the craft does: phases, commands, abort rules."""
