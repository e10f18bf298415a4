"""Whether two runs show the same physics."""
