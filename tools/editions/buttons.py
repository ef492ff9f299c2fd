"""Buttons that run a page on Binder or Colab."""

from sphinx.application import Sphinx
from sphinx.config import Config


def leave_out(app: Sphinx, config: Config) -> None:
    """Leave the buttons out while the repository has no address: the theme cannot make them without."""
    if not config.html_theme_options.get("repository_url"):
        config.html_theme_options.pop("launch_buttons", None)
