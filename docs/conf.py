"""How Sphinx makes the site of these pages: `make docs`, into build/docs.

The pages are Markdown that also reads well on a plain git host.  Nothing is fetched, neither when
the site is made nor when it is looked at: fonts are the reader's own, maths is Unicode.
"""

from typing import TYPE_CHECKING

import sampling_sim

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "sampling_sim"
copyright = "the sampling_sim authors, Apache-2.0"  # noqa: A001 - Sphinx's name
release = version = sampling_sim.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
nitpicky = True

myst_heading_anchors = 3
highlight_language = "none"  # blocks without a name are commands and what they print
default_role = "code"  # docstrings write `name` in single backticks

napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_param = False  # as a list: types stand in the signature alone
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
python_maximum_signature_line_length = 80
# Types in signatures: other projects' have no pages here (no network to look them up), and of our
# own only those that a notebook meets have one.
nitpick_ignore_regex = [("py:class", ".*")]

html_theme = "furo"
html_title = "sampling_sim"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": True}


def setup(app: "Sphinx") -> None:
    """Have our docstrings rewritten before Napoleon reads them."""
    app.connect("autodoc-process-docstring", _returns_are_words, priority=400)


def _returns_are_words(*event: object) -> None:
    """Give what `Returns` says neither a name nor a type: Napoleon takes its first line for one."""
    lines = event[-1]
    assert isinstance(lines, list)
    titles = [i for i, line in enumerate(lines[1:]) if line and not line.strip("-")]
    for i in titles:
        if lines[i] == "Returns":
            end = min((j for j in titles if j > i), default=len(lines))
            lines[i + 2 : end] = [":", *(f"    {line}" for line in lines[i + 2 : end])]
            return
