"""The checks of the source audit: importing this registers one for each claim with mathematical content."""

from . import (
    averages,
    below,
    channels,
    correlations,
    cross,
    deltas,
    geometry,
    graphs,
    jacobians,
    kernels,
    matrices,
    notes,
    paths,
    pooling,
    units,
)
