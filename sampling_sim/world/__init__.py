"""The multibody world (PyBullet behind one file) and its coupling with the grains."""
