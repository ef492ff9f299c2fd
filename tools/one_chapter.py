"""Write a table of contents that holds one chapter beside the unnumbered pages.

    python tools/one_chapter.py single_kernel _build/toc.yml
"""

import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent


def one_chapter(toc: dict, chapter: str) -> dict:
    """Leave out of ``toc`` every numbered chapter but ``chapter``."""

    def kept(part):
        names = [c for c in part["chapters"] if not part.get("numbered") or Path(c["file"]).name == chapter]
        return {**part, "chapters": names}

    parts = [kept(part) for part in toc["parts"]]
    return {**toc, "parts": [part for part in parts if part["chapters"]]}


if __name__ == "__main__":
    chapter, target = sys.argv[1:]
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    Path(target).write_text(yaml.safe_dump(one_chapter(toc, chapter), sort_keys=False), encoding="utf-8")
