"""Rotation of the asteroid: uniform about an axis fixed in B, or torque-free tumbling.

In: a period and an axis, or principal moments and an angular velocity; out: ω, ω̇ and the attitude
at any time, in closed form.  Every published light curve of Kamo'oalewa is read as rotation about
a principal axis, so `UniformSpin` about +z_B is what runs use.

Tumbling (Landau & Lifshitz, *Mechanics*, §37).  Let a be the axis that ω circles: that of the
largest moment where L² > 2E I_mid (short-axis mode), of the smallest otherwise (long-axis mode);
b the middle axis, c the third.  With τ = u₀ + pt and modulus m

    ω_c = N_c cn τ,   ω_b = N_b sn τ,   ω_a = N_a dn τ
    N_c² = (2E I_a − L²)/(I_c (I_a − I_c)),      N_b² = (2E I_a − L²)/(I_b (I_a − I_b))
    N_a² = (L² − 2E I_c)/(I_a (I_a − I_c)),      p² = (I_a − I_b)(L² − 2E I_c)/(I_a I_b I_c)
    m = 1 − (I_a − I_c)(L² − 2E I_b)/((I_a − I_b)(L² − 2E I_c))

The nutation angle and the proper rotation follow from L fixed in space; the precession about L is

    φ = (L/I_a) t + (L/p)(1/I_c − 1/I_a) [Π(n; τ) − Π(n; u₀)],   n = I_a(I_c − I_b)/(I_c(I_a − I_b))

with Π of the third kind from Carlson's R_F and R_J.  n ≤ 0: there is no singular point.
"""

from dataclasses import dataclass
from functools import cached_property
from math import atan2, pi, sqrt

import numpy as np

from sampling_sim.asteroid.shape import Shape
from sampling_sim.constants import FloatArray
from sampling_sim.errors import ConfigError
from sampling_sim.quantities import AngularRate, Number, Time

NEAR_SEPARATRIX = 1e-8
"""Least 1 − m that is taken.  Chosen: the motion near the middle axis depends on 1 − m through its
logarithm, and double precision keeps eight digits of it there."""

UNIFORM = 1e-12
"""|ω × Iω| over |ω||Iω| below which ω does not move in B; chosen: round-off of the moments."""


@dataclass(frozen=True)
class UniformSpin:
    """Constant rotation about an axis fixed in B."""

    period: float
    """[s] sidereal rotation period, > 0."""
    axis_b: tuple[float, float, float] = (0.0, 0.0, 1.0)
    """Direction of ω in B, of any length but 0; an axis that is not principal needs a torque."""

    def __post_init__(self) -> None:
        """Refuse an axis without direction."""
        with np.errstate(over="ignore", under="ignore"):
            length = float(np.linalg.norm(self.axis_b))
        if not 1e-100 < length < 1e100:
            allowed = "must be three finite numbers of ordinary size, not all 0"
            raise ConfigError("axis", self.axis_b, allowed)

    @property
    def rate(self) -> float:
        """Spin rate [rad/s]."""
        return 2.0 * pi / self.period

    @property
    def angular_velocity_b(self) -> FloatArray:
        """Angular velocity ω [rad/s] in components of B, shape (3,)."""
        axis = np.array(self.axis_b, float)
        return self.rate * (axis / np.linalg.norm(axis))

    def angular_velocity_at(self, time: float) -> FloatArray:  # noqa: ARG002 - the same at any time
        """Angular velocity ω [rad/s] in B at a time [s], shape (3,)."""
        return self.angular_velocity_b


@dataclass(frozen=True)
class TumblingSpin:
    """Torque-free rotation of a rigid body; B's axes are its principal axes."""

    moments: tuple[float, float, float]
    """Moments of inertia about x, y, z of B; only their ratios count, so unit density will do."""
    initial: tuple[float, float, float]
    """[rad/s] angular velocity in B at time 0."""

    def __post_init__(self) -> None:
        """Refuse what is no rigid body, does not tumble, or starts at the separatrix."""
        moments, spin = np.array(self.moments, float), np.array(self.initial, float)
        largest = float(moments.max())
        if not (moments.min() > 0.0 and 2.0 * largest <= moments.sum() * (1.0 + 1e-9) < np.inf):
            raise ConfigError(
                "moments", self.moments, "must be > 0, none larger than the other two together"
            )
        if not np.isfinite(spin).all():
            raise ConfigError("initial", self.initial, "must be finite")
        momentum = moments * spin
        limit = UNIFORM * float(np.linalg.norm(spin) * np.linalg.norm(momentum))
        if np.linalg.norm(np.cross(spin, momentum)) <= limit:
            raise ConfigError(
                "initial", self.initial, "is no tumbling: a rotation about a principal axis is a "
                "uniform spin"
            )  # fmt: skip
        if self._mode.complement < NEAR_SEPARATRIX:
            raise ConfigError(
                "initial", self.initial, f"is at the separatrix (1 - m = "
                f"{self._mode.complement:.1e}, at least {NEAR_SEPARATRIX:g} is needed): the motion "
                "near the middle axis cannot be told from rounding"
            )  # fmt: skip

    @property
    def mode(self) -> str:
        """Which axis ω circles: "short-axis" or "long-axis"."""
        return self._mode.name

    @property
    def wobble_period(self) -> float:
        """Time [s] after which ω is the same again in B."""
        return 4.0 * self._mode.quarter / abs(self._mode.rate)

    @property
    def precession_period(self) -> float:
        """Mean time [s] of a turn about the angular momentum."""
        mode = self._mode
        mean = mode.momentum / mode.moments[2] + mode.advance * mode.complete / mode.quarter
        return 2.0 * pi / mean

    def angular_velocity_at(self, time: FloatArray | float) -> FloatArray:
        """Angular velocity ω [rad/s] in B at times [s], shape (..., 3)."""
        mode = self._mode
        return (mode.amplitudes * mode.elliptic(time)[0]) @ mode.axes

    def angular_acceleration_at(self, time: FloatArray | float) -> FloatArray:
        """Rate of change ω̇ [rad/s²] in B at times [s], shape (..., 3): Euler's equations."""
        spin, moments = self.angular_velocity_at(time), np.array(self.moments, float)
        return np.cross(moments * spin, spin) / moments

    def rotation_at(self, time: FloatArray | float) -> FloatArray:
        """Components in B to those in the inertial frame that B was at time 0, (..., 3, 3)."""
        return self._mode.attitude(0.0).T @ self._mode.attitude(time)

    @cached_property
    def _mode(self) -> "_Mode":
        return _mode(np.array(self.moments, float), np.array(self.initial, float))


Spin = UniformSpin | TumblingSpin


@dataclass(frozen=True, kw_only=True)
class SpinParameters:
    """What the `site` command takes beside the period."""

    axis: tuple[Number, Number, Number] = (0.0, 0.0, 1.0)
    """[1] direction of a uniform ω in B, of any length."""
    angular_velocity: tuple[AngularRate, AngularRate, AngularRate] | None = None
    """[rad/s] of a tumbling body in B at time 0; the period and the axis do not count then."""
    time: Time = 0.0
    """[s] at which a tumbling body is looked at."""


def spin_of(shape: Shape, period: float, parameters: SpinParameters) -> Spin:
    """Rotation of a body of uniform density."""
    if parameters.angular_velocity is None:
        return UniformSpin(period, parameters.axis)
    x, y, z = (float(moment) for moment in np.diag(shape.inertia))
    return TumblingSpin((x, y, z), parameters.angular_velocity)


@dataclass(frozen=True, eq=False, kw_only=True)
class _Mode:
    """Constants of the closed form; axes in the order c, b, a of the module's docstring."""

    name: str
    axes: FloatArray
    """Axes c, b, a in B as rows, right-handed, with ω_a > 0, shape (3, 3)."""
    moments: FloatArray
    amplitudes: FloatArray
    """N_c, N_b, N_a [rad/s]."""
    lean: FloatArray
    """Amplitudes of L_c and L_b but for a common factor, which may be 0, shape (2,)."""
    rate: float
    """p [1/s]."""
    start: float
    """u₀."""
    modulus: float
    """m."""
    complement: float
    """1 − m, without cancellation."""
    characteristic: float
    """n."""
    momentum: float
    """L."""

    @cached_property
    def quarter(self) -> float:
        """K(m)."""
        from scipy.special import ellipkm1

        return float(ellipkm1(self.complement))

    @cached_property
    def complete(self) -> float:
        """Π(n; m)."""
        return float(self._third_kind(np.array([0.0, 1.0, sqrt(self.complement)])))

    @property
    def advance(self) -> float:
        """L (1/I_c − 1/I_a) [rad/s]."""
        return self.momentum * (1.0 / self.moments[0] - 1.0 / self.moments[2])

    def elliptic(self, time: FloatArray | float) -> tuple[FloatArray, FloatArray]:
        """Functions cn, sn, dn, shape (..., 3), and Π(n; τ), shape (...)."""
        from scipy.special import ellipj

        u = self.start + self.rate * np.asarray(time, float)
        # over half a period sn and cn change sign and Π grows by 2Π(n; m)
        half = np.round(u / (2.0 * self.quarter))
        sn, cn, dn, _ = ellipj(u - 2.0 * self.quarter * half, self.modulus)
        third = 2.0 * half * self.complete + self._third_kind(np.stack([cn, sn, dn], axis=-1))
        sign = 1.0 - 2.0 * (half % 2.0)
        return np.stack([sign * cn, sign * sn, dn], axis=-1), third

    def attitude(self, time: FloatArray | float) -> FloatArray:
        """Components in B to those in an inertial frame with z along L, shape (..., 3, 3)."""
        functions, third = self.elliptic(time)
        momentum = self.moments * self.amplitudes * functions
        theta = np.arctan2(np.hypot(momentum[..., 0], momentum[..., 1]), momentum[..., 2])
        psi = np.arctan2(self.lean[0] * functions[..., 0], self.lean[1] * functions[..., 1])
        initial = self.elliptic(0.0)[1] if np.any(time) else third
        phi = self.momentum / self.moments[2] * np.asarray(time, float)
        phi = phi + self.advance / self.rate * (third - initial)
        return _euler_313(phi, theta, psi) @ self.axes

    def _third_kind(self, functions: FloatArray) -> FloatArray:
        """Π(n; τ) of |τ| ≤ K from cn, sn, dn (DLMF 19.25.14)."""
        from scipy.special import elliprf, elliprj

        cn, sn, dn = np.moveaxis(functions, -1, 0)
        first = sn * elliprf(cn**2, dn**2, 1.0)
        rest = elliprj(cn**2, dn**2, 1.0, 1.0 - self.characteristic * sn**2)
        return first + self.characteristic / 3.0 * sn**3 * rest


def _mode(moments: FloatArray, spin: FloatArray) -> _Mode:
    """Constants of the motion through `spin`, a rotation that is not uniform."""
    from scipy.special import ellipkinc

    low, mid, high = np.argsort(moments, kind="stable")
    # L² − 2E I_k = Σ I_i (I_i − I_k) ω_i², free of cancellation
    excess = [float(np.sum(moments * (moments - k) * spin**2)) for k in moments]
    is_short = excess[mid] > 0.0
    order = [low, mid, high] if is_short else [high, mid, low]
    over_c, over_b, over_a = (excess[k] for k in order)
    i_c, i_b, i_a = moments[order]
    axes = np.eye(3)[order]
    axes[2] *= -1.0 if spin[order[2]] < 0.0 else 1.0
    axes[0] *= np.linalg.det(axes)
    w_c, w_b, _ = axes @ spin
    # what N_c and N_b share is their size, which vanishes where a itself is the axis
    share_c, share_b = 1.0 / sqrt(i_c * abs(i_a - i_c)), 1.0 / sqrt(i_b * abs(i_a - i_b))
    size = sqrt(abs(over_a))
    complement = (i_a - i_c) * over_b / ((i_a - i_b) * over_c)
    modulus = min(1.0, (i_c - i_b) * over_a / ((i_a - i_b) * over_c))
    rate = sqrt((i_a - i_b) * over_c / (i_a * i_b * i_c))
    return _Mode(
        name="short-axis" if is_short else "long-axis",
        axes=axes,
        moments=np.array([i_c, i_b, i_a]),
        amplitudes=np.array([size * share_c, size * share_b, sqrt(over_c / (i_a * (i_a - i_c)))]),
        lean=np.array([i_c * share_c, i_b * share_b]),
        rate=rate if is_short else -rate,
        start=float(ellipkinc(atan2(w_b / share_b, w_c / share_c), modulus)),
        modulus=modulus,
        complement=complement,
        characteristic=i_a * (i_c - i_b) / (i_c * (i_a - i_b)),
        momentum=float(np.linalg.norm(moments * spin)),
    )


def _euler_313(phi: FloatArray, theta: FloatArray, psi: FloatArray) -> FloatArray:
    """Rotation R_z(φ) R_x(θ) R_z(ψ), shape (..., 3, 3)."""
    zero, one = np.zeros_like(phi), np.ones_like(phi)

    def about_z(angle: FloatArray) -> FloatArray:
        c, s = np.cos(angle), np.sin(angle)
        rows = [[c, -s, zero], [s, c, zero], [zero, zero, one]]
        return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)

    c, s = np.cos(theta), np.sin(theta)
    rows = [[one, zero, zero], [zero, c, -s], [zero, s, c]]
    about_x = np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)
    return about_z(phi) @ about_x @ about_z(psi)
