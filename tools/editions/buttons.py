"""Buttons that need the repository's address: to run a page on Binder or Colab, to see its source."""

from pathlib import Path

import yaml
from sphinx.application import Sphinx
from sphinx.config import Config


def add(app: Sphinx, config: Config) -> None:
    """Hand on what `_config.yml` says of the repository, once it has an address.

    Jupyter Book does so too, but the theme's options in `_config.yml` replace its own. Without an
    address the theme cannot make the buttons.
    """
    book = yaml.safe_load((Path(app.confdir) / "_config.yml").read_text(encoding="utf-8"))
    repository = book["repository"]
    if repository["url"]:
        asked_for = {name: value for name, value in book.get("html", {}).items() if name.endswith("_button")}
        config.html_theme_options |= {
            "repository_url": repository["url"],
            "repository_branch": repository["branch"],
            "launch_buttons": book["launch_buttons"],
            **asked_for,
        }
