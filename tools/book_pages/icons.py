"""The theme's icons, cut down to those in use: a font of a few glyphs inside the theme's style sheet.

The theme brings some 2,000 icons as a script of 1.5 MB and as three fonts. A page shows about twenty.
"""

import base64
import logging
import re
import shutil
from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

_ICON_RULE = re.compile(r'((?:\.fa-[\w-]+:before,?)+)\{content:"([^"]+)"\}')
_FONT_FACE = re.compile(r"@font-face\{[^}]*?url\(\.\./(vendor/fontawesome/webfonts/fa-[\w-]+?)\.woff2\)[^}]*\}")
_ESCAPED, _PRIVATE = re.compile(r'"\\([ef][0-9a-f]{3})"'), re.compile("[\ue000-\uf8ff]")  # Unicode's private use area
# A font with glyphs left out may not keep the reserved name of the whole one.
_RESERVED, _OWN = re.compile(r"Font Awesome\\? 6"), "Book icons"

logging.getLogger("fontTools").setLevel(logging.WARNING)  # it reports each table


def keep_used(static: Path, pages: list[str]) -> None:
    """Cut the built theme down to the icons that ``pages`` (the pages' HTML) and the style sheets show.

    Parameters
    ----------
    static : Path
        The site's ``_static`` folder, as Sphinx has just filled it; changed in place.
    pages : list of str
    """
    sheet, book_sheet = static / "styles/pydata-sphinx-theme.css", static / "styles/sphinx-book-theme.css"
    css = sheet.read_text(encoding="utf-8")
    if not _FONT_FACE.search(css):
        return  # a second run on the same site
    classes = set(re.findall(r"\bfa-[\w-]+", " ".join(pages)))
    css = _ICON_RULE.sub(lambda rule: rule[0] if classes & set(re.findall(r"fa-[\w-]+", rule[1])) else "", css)
    codes = shown(css + book_sheet.read_text(encoding="utf-8"))
    css = _FONT_FACE.sub(lambda face: embedded(face[0], static / f"{face[1]}.ttf", codes), css)
    sheet.write_text(_RESERVED.sub(_OWN, css), encoding="utf-8")
    book_sheet.write_text(_RESERVED.sub(_OWN, book_sheet.read_text(encoding="utf-8")), encoding="utf-8")
    shutil.rmtree(static / "vendor/fontawesome")


def shown(css: str) -> set[int]:
    """Give the characters that a style sheet shows as icons, whether written out or as ``\\f0c9``."""
    return {int(code, 16) for code in _ESCAPED.findall(css)} | {ord(icon) for icon in _PRIVATE.findall(css)}


def embedded(face: str, font: Path, codes: set[int]) -> str:
    """Rewrite an ``@font-face`` rule so that it holds the glyphs of ``codes`` itself."""
    data = base64.b64encode(cut_font(font, codes)).decode()
    return re.sub(r"src:[^;}]*", f'src:url(data:font/woff;base64,{data}) format("woff")', face)


def cut_font(font: Path, codes: set[int]) -> bytes:
    """Give the glyphs of ``codes`` as a WOFF font; characters that the font lacks are passed over."""
    options = subset.Options(flavor="woff", name_IDs=[], notdef_outline=False, layout_features=[])
    with TTFont(font, recalcTimestamp=False) as whole:  # the same font each time
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=codes)
        cutter.subset(whole)
        whole.flavor = options.flavor
        out = BytesIO()
        whole.save(out)
    return out.getvalue()
