"""What a set of cases says: intervals, verdicts, stopping rules, drivers, trades."""
