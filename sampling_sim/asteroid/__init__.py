"""The body: shape, gravity, spin, the field they make, and sites on the surface."""
