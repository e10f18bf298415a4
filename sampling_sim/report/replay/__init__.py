"""A recorded case as one HTML page in three dimensions that asks the network for nothing."""
