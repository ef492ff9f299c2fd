"""Layers: for each kind its function, the backward of it, and the layer that keeps what the backward needs."""
