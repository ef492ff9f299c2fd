"""A table of contents that holds one chapter beside the unnumbered pages."""

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


def write_contents(chapter: str, target: Path) -> Path:
    """Write the table of contents for one chapter into a file, and give its path."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(yaml.safe_dump(one_chapter(toc, chapter), sort_keys=False), encoding="utf-8")
    return target
