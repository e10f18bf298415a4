"""Grains against the moving surfaces of the mechanism: what the step and the solver use of it.

Arrays in `tool_arrays.py`, poses in `tool_motion.py`, closest points in `tool_distance.py`, who may
touch whom in `tool_lists.py`, forces in `tool_contact.py`.
"""

from sampling_sim.regolith.tool_arrays import Links, ToolPairs, Tools, no_tool_pairs, tools_of
from sampling_sim.regolith.tool_contact import tool_forces
from sampling_sim.regolith.tool_lists import build_tool_pairs
from sampling_sim.regolith.tool_motion import links_left, middle_of_tools, place_links

__all__ = [
    "Links",
    "ToolPairs",
    "Tools",
    "build_tool_pairs",
    "links_left",
    "middle_of_tools",
    "no_tool_pairs",
    "place_links",
    "tool_forces",
    "tools_of",
]
