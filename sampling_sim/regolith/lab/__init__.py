"""The virtual laboratory: what a bed of these grains really is, measured as on a real one."""
