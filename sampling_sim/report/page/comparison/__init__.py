"""The page of several result files side by side."""
