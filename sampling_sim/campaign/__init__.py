"""Many cases: experiment files, distributions, execution, statistics."""
