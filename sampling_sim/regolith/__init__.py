"""The ground: sizes, contact laws, the discrete-element solver, and beds of cohesive grains."""
