"""The checks of the source audit: importing this registers one for each claim with mathematical content."""

from . import graphs
