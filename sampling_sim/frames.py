"""Frames and rotations.

B is the body frame of the asteroid, P the patch frame of a site, S the craft's own.  A rotation is
named target first: `rotation_bp` takes components in P to components in B, so
`v_b = rotation_bp @ v_p` and `rotation_pb = rotation_bp.T`.
"""

import numpy as np

from sampling_sim.constants import FloatArray


def patch_rotation(normal_b: FloatArray, spin_axis_b: FloatArray) -> FloatArray:
    """Rotation_bp of the patch frame: z along the outward normal, x = unit(ω × n).

    Where |ω̂ × n| < 1e-6 (the poles) x is the projection of +x_B on the tangent plane, or of
    +y_B should the body spin about x_B itself.
    """
    z = np.asarray(normal_b, float) / np.linalg.norm(normal_b)
    x = np.cross(np.asarray(spin_axis_b, float) / np.linalg.norm(spin_axis_b), z)
    if np.linalg.norm(x) < 1e-6:
        along = np.eye(3)[0] if abs(z[0]) < 0.9 else np.eye(3)[1]
        x = along - (along @ z) * z
    x /= np.linalg.norm(x)
    return np.column_stack([x, np.cross(z, x), z])


def rotation_from_vector(vector: FloatArray) -> FloatArray:
    """Rotation matrix of a rotation vector [rad], shape (3,) (Rodrigues)."""
    angle = float(np.linalg.norm(vector))
    x, y, z = vector
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    # sinc forms stay exact as the angle goes to zero
    a = np.sinc(angle / np.pi)
    b = 0.5 * np.sinc(angle / (2.0 * np.pi)) ** 2
    return np.eye(3) + a * cross + b * (cross @ cross)


def cross_rows(a: FloatArray, b: FloatArray) -> FloatArray:
    """Cross products of rows (n, 3): a third of numpy.cross's time on the few links of a craft."""
    after, next_after = [1, 2, 0], [2, 0, 1]
    product = a[:, after] * b[:, next_after] - a[:, next_after] * b[:, after]
    return np.asarray(product, dtype=float)


def vector_from_rotation(rotation: FloatArray) -> FloatArray:
    """Rotation vector [rad] of a rotation matrix (3, 3), shape (3,), its length at most π."""
    from scipy.spatial.transform import Rotation

    return np.asarray(Rotation.from_matrix(rotation).as_rotvec(), dtype=float)
