"""What acts on craft and grains beside contact, drives and field: thrusters, gas, drills."""
