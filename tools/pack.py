"""Pack a built book into one file that is read from a disk: unpack it and open index.html.

    python tools/pack.py _build/html _build/book.zip

The same pages give the same archive.
"""

import sys
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from building import say_where

FOLDER = "backpropagation"  # what the archive unpacks to
WHEN = (2026, 1, 1, 0, 0, 0)


def pack(source, target, folder="", first=()):
    """Put the files below a folder into a ZIP archive.

    Parameters
    ----------
    source, target : Path
    folder : str
        What stands before each name in the archive.
    first : sequence of str
        Names that come first, uncompressed, as an e-book wants its type.
    """
    names = sorted(path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file())
    with ZipFile(target, "w") as archive:
        for name in [*first, *(name for name in names if name not in first)]:
            entry = ZipInfo(f"{folder}/{name}" if folder else name, WHEN)
            entry.external_attr = 0o644 << 16
            kind = ZIP_STORED if name in first else ZIP_DEFLATED
            archive.writestr(entry, (source / name).read_bytes(), kind)


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    pack(source, target, FOLDER)
    say_where(target)
