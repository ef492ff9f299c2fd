"""Pictures drawn from the arrays that a page computes: figures, and steppers with a slider."""

from .bowls import show_walks
from .figures import Picture, show_lines, show_maps
from .graphs import draw_graph
from .maps import mark, show_steps, written_sum
from .matrices import show_matrix
from .paths import show_paths
from .sources import show_source

__all__ = [
    "Picture",
    "draw_graph",
    "mark",
    "show_lines",
    "show_maps",
    "show_matrix",
    "show_paths",
    "show_source",
    "show_steps",
    "show_walks",
    "written_sum",
]
