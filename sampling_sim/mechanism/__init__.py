"""What touches the ground: one design of sampler per file, as links, joints and primitives."""
