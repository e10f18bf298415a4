"""The body in three dimensions with a choice of maps on it, and the sites that cases touch.

In: a surface with its environment, and sites in B; out: a plotly figure.  One mesh, whose colours
the menu exchanges; a value a face, as computed, nothing interpolated.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sampling_sim.asteroid.environment import Environment
from sampling_sim.asteroid.mesh import edge_faces
from sampling_sim.asteroid.site import Site
from sampling_sim.asteroid.surface import Surface
from sampling_sim.constants import FloatArray
from sampling_sim.report.map_panels import Panel, panels
from sampling_sim.report.page.figures import INK, safe

if TYPE_CHECKING:
    import plotly.graph_objects as go

MARK = "#D81B60"
"""Of sites; chosen: in none of the colour maps, light and dark enough on all of them."""
AXIS = "#555555"
EDGE = "#333333"
UNLIT = {"ambient": 1.0, "diffuse": 0.0, "specular": 0.0, "roughness": 1.0, "fresnel": 0.0}
"""Colours as on the scale: plotly.js takes the light from another side face by face, seen in
Chromium; form is shown by edges instead."""
SHARP = np.cos(np.radians(12.0))
"""Of the angle between faces whose common edge is drawn; chosen: a smooth body has none."""
MOST_EDGES = 3_000
"""The sharpest ones; chosen: 0.15 MB in the page."""
EYE = 1.7
"""Distance of the viewer, in halves of the figure's largest side; chosen: the body fills it."""
NORMAL = 0.22
"""Length of a site's normal over the body's largest radius; chosen."""
OVER = 0.02
"""Height of a site's mark over the ground, in the same measure, so that no face hides it."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Mark:
    """A site to show."""

    site: Site
    text: str
    """Beside it; empty where there are many."""
    hover: str


def body_figure(surface: Surface, environment: Environment, marks: Sequence[Mark]) -> "go.Figure":
    """Figure of the body; `environment` is that of the surface's faces."""
    import plotly.graph_objects as go

    shown = panels(environment)
    reach = float(np.linalg.norm(surface.vertices, axis=1).max())
    figure = go.Figure(
        [_mesh(surface, shown[0]), _edges(surface), _spin_axis(reach), *_marks(marks, reach)]
    )
    figure.update_layout(
        margin={"l": 0, "r": 0, "t": 46, "b": 0},
        showlegend=False,
        template=go.layout.Template(),
        font={"family": "system-ui, sans-serif", "size": 12, "color": INK},
        paper_bgcolor="white",
        scene={
            "aspectmode": "data",
            "camera": {"eye": _eye(marks), "up": {"x": 0, "y": 0, "z": 1}},
            **{f"{axis}axis": {"title": {"text": f"{axis} [m]"}, "nticks": 5} for axis in "xyz"},
        },
        updatemenus=[_menu(shown)],
    )
    return figure


def _mesh(surface: Surface, panel: Panel) -> "go.Mesh3d":
    import plotly.graph_objects as go

    x, y, z = surface.vertices.T.astype(np.float32)
    narrow = np.uint16 if len(surface.vertices) <= np.iinfo(np.uint16).max else np.int32
    i, j, k = surface.faces.T.astype(narrow)
    return go.Mesh3d(
        x=x, y=y, z=z, i=i, j=j, k=k,
        intensitymode="cell",
        flatshading=True,
        lighting=UNLIT,
        customdata=_degrees(surface.centre),
        hovertemplate=_hover(panel),
        showscale=True,
        intensity=panel.values.astype(np.float32),
        colorscale=_colours(panel),
        cmin=panel.low,
        cmax=panel.high,
        colorbar={"title": {"text": panel.unit}, "thickness": 14, "len": 0.85, "x": 1.0},
    )  # fmt: skip


def _menu(shown: Sequence[Panel]) -> dict[str, Any]:
    """Choice of the map that is painted."""
    buttons = [
        {
            "label": f"{panel.name} [{panel.unit}]",
            "method": "restyle",
            "args": [
                {
                    "intensity": [_typed(panel.values)],
                    "colorscale": [_colours(panel)],
                    "cmin": [panel.low],
                    "cmax": [panel.high],
                    "colorbar.title.text": [panel.unit],
                    "hovertemplate": [_hover(panel)],
                },
                [0],
            ],
        }
        for panel in shown
    ]
    return {
        "buttons": buttons, "x": 0.0, "y": 1.0, "xanchor": "left", "yanchor": "bottom",
        "pad": {"b": 6}, "showactive": True, "bgcolor": "white",
    }  # fmt: skip


def _degrees(points: FloatArray) -> NDArray[np.int16]:
    """Latitude and longitude of points in B in whole degrees, shape (n, 2)."""
    x, y, z = points.T
    both = np.arctan2(z, np.hypot(x, y)), np.arctan2(y, x)
    return np.rint(np.degrees(np.stack(both, axis=1))).astype(np.int16)


def _hover(panel: Panel) -> str:
    """Value of the face under the pointer; plotly.js gives no true coordinates of a face."""
    where = "lat %{customdata[0]}°, lon %{customdata[1]}°"
    return f"{panel.name} %{{intensity:.4g}} {panel.unit}<br>{where}<extra></extra>"


def _typed(values: FloatArray) -> dict[str, str]:
    """Array as plotly.js reads it; plotly.py writes those of traces so, those of menus in words."""
    data = values.astype("<f4").tobytes()
    return {"dtype": "f4", "bdata": b64encode(data).decode("ascii")}


def _colours(panel: Panel) -> list[list[Any]]:
    from plotly.colors import get_colorscale

    return [[float(place), colour] for place, colour in get_colorscale(panel.colours)]


def _edges(surface: Surface) -> "go.Scatter3d":
    """Lines where the surface bends sharply."""
    import plotly.graph_objects as go

    corners = surface.vertices[surface.faces]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    edges, count, edge_of_side = edge_faces(surface.faces)
    face = np.argsort(edge_of_side.ravel(), kind="stable") // 3
    start = np.cumsum(count) - count
    shared = np.flatnonzero(count == 2)
    cosine = np.einsum("ij,ij->i", normal[face[start[shared]]], normal[face[start[shared] + 1]])
    sharp = np.argsort(cosine, kind="stable")[:MOST_EDGES]
    ends = surface.vertices[edges[shared[sharp[cosine[sharp] < SHARP]]]]
    lines = np.concatenate([ends, np.full((len(ends), 1, 3), np.nan)], axis=1).reshape(-1, 3)
    return go.Scatter3d(
        **_xyz(lines), mode="lines", line={"color": EDGE, "width": 1.5}, hoverinfo="skip"
    )


def _spin_axis(reach: float) -> "go.Scatter3d":
    import plotly.graph_objects as go

    return go.Scatter3d(
        x=[0, 0], y=[0, 0], z=[-reach, reach], mode="lines+text", text=["", "spin axis"],
        line={"color": AXIS, "width": 3, "dash": "dash"}, textfont={"color": AXIS},
        hoverinfo="skip",
    )  # fmt: skip


def _marks(marks: Sequence[Mark], reach: float) -> list["go.Scatter3d"]:
    """Sites as points, and their normals as lines from the ground outward."""
    import plotly.graph_objects as go

    if not marks:
        return []
    ground = np.array([mark.site.position_b for mark in marks])
    normal = np.array([mark.site.normal_b for mark in marks])
    gap = np.full((len(marks), 3), np.nan)
    lines = np.stack([ground, ground + NORMAL * reach * normal, gap], axis=1).reshape(-1, 3)
    points = ground + OVER * reach * normal
    tips = ground + 1.2 * NORMAL * reach * normal
    labels = [safe(mark.text) for mark in marks]
    return [
        go.Scatter3d(
            **_xyz(lines), mode="lines", line={"color": MARK, "width": 5}, hoverinfo="skip"
        ),
        go.Scatter3d(
            **_xyz(points), mode="markers", marker={"size": 6, "color": MARK},
            text=[safe(mark.hover) for mark in marks], hovertemplate="%{text}<extra></extra>",
        ),
        go.Scatter3d(
            **_xyz(tips), mode="text", text=labels, hoverinfo="skip",
            textfont={"color": MARK, "size": 14},
        ),
    ]  # fmt: skip


def _xyz(points: FloatArray) -> dict[str, FloatArray]:
    return dict(zip("xyz", points.T.astype(np.float32), strict=True))


def _eye(marks: Sequence[Mark]) -> dict[str, float]:
    """Viewer east and north of the first site, so that its normal is seen from the side."""
    toward = np.array(marks[0].site.normal_b if marks else (1.0, 0.0, 0.0))
    side = np.cross([0.0, 0.0, 1.0], toward)
    if np.linalg.norm(side) < 0.1:  # over a pole
        side = np.array([1.0, 0.0, 0.0])
    toward = toward + 1.1 * side / np.linalg.norm(side) + np.array([0.0, 0.0, 0.5])
    return dict(zip("xyz", (EYE * toward / np.linalg.norm(toward)).tolist(), strict=True))
