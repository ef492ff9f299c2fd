"""Formulas as MathML, for the e-book: e-readers set it by themselves and run no script for it."""

import re
from html import escape

from docutils import nodes
from sphinx.util.math import get_node_equation_number


def to_mathml(tex, display):
    """Write a TeX formula as MathML.

    Parameters
    ----------
    tex : str
        Without dollar signs.
    display : bool
        Whether it stands on a line of its own.

    Raises
    ------
    ValueError
        If the formula has a command or an alignment that is not understood.
    """
    from latex2mathml.converter import convert  # of the extra "epub"; `make book` does without

    if display and re.search(r"&|\\\\", tex) and r"\begin" not in tex:
        tex = rf"\begin{{aligned}}{tex}\end{{aligned}}"  # as Sphinx itself reads such a formula
    tex = tex.replace("{aligned}", "{align*}")  # the name that latex2mathml has for it
    mathml = convert(tex, display="block" if display else "inline")
    left = re.search(r"\\[A-Za-z]+|(?<=<mi>)&(?=</mi>)", mathml)
    if left:
        raise ValueError(f"{left[0]} has no form in MathML, in the formula {tex}")
    return mathml


def visit_math(self, node):
    self.body.append(to_mathml(node.astext(), display=False))
    raise nodes.SkipNode


def visit_displaymath(self, node):
    self.body.append(self.starttag(node, "div", CLASS="equation"))
    if node["number"]:
        number = get_node_equation_number(self, node)
        self.body.append(f'<span class="eqno">({escape(str(number))})</span>')
    self.body.append(to_mathml(node.astext(), display=True))
    self.body.append("</div>\n")
    raise nodes.SkipNode
