"""A run as it is seen: PyBullet's window while it runs, pictures of its key moments afterwards."""
