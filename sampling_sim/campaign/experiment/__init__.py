"""What is asked: an experiment file, checked, and the cases drawn from it."""
