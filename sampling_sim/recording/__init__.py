"""What is measured while a case runs; nothing here changes the state of the simulation."""
