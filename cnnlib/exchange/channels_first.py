"""Parameters as PyTorch lays them out, with the channels first, and back."""

from ..layers.dense import Flatten, Linear
from .interchange import ENTRIES, checked, inner_layers, input_shapes, joined, kind, parameters

__all__ = ["from_pytorch", "kernels_first", "to_pytorch"]


def to_pytorch(network, x_shape):
    """Write the parameters as PyTorch's `state_dict` does.

    Kernels become (F, C, K_h, K_w), and weights of dense layers
    (out_features, in_features). Behind a Flatten of maps the inputs also
    change places: PyTorch's maps are (N, C, H, W), so that flattened maps
    stand there one after the other.

    PyTorch's network of the same layers then takes maps with the channels
    first and gives the numbers of `forward`: maps with the channels first,
    and features in this library's order, but for one case. Flattened maps
    behind which no dense layer and no maximum follows stay in PyTorch's
    order, (C, H, W), for no parameter could turn them. A network that begins
    behind a Flatten takes its features in this library's order, too.

    Parameters
    ----------
    network : Layer
        Made of cnnlib's own layers. It is not changed.
    x_shape : tuple of int
        The shape of a batch in this library's order, (N, H, W, C) or (N, D).
        From it follow the shapes of the maps that are flattened; N does not
        matter.

    Returns
    -------
    dict of str to ndarray
        Copies, keyed as in `network.params`; PyTorch has the same keys if
        its `nn.Sequential` holds the same layers: "0.weight", "0.bias", ...

    Raises
    ------
    TypeError
        If a layer has a forward pass of the user's own.
    ValueError
        If x_shape is not the shape of a batch that the network takes.

    Notes
    -----
    Chapter "To a framework and back": def-frameworks-channels-first.

    Examples
    --------
    >>> from cnnlib import Conv2d
    >>> to_pytorch(Conv2d(2, 4, (5, 3)), (1, 9, 8, 2))["weight"].shape
    (4, 2, 5, 3)
    """
    maps = _flattened_maps(network, x_shape)
    return {
        joined(number, name): _channels_first(layer.params[name], maps.get(number))
        for number, layer, name in parameters(network)
    }


def from_pytorch(network, state, x_shape):
    """Put into a network what PyTorch's `state_dict` holds.

    Parameters
    ----------
    network : Layer
        Made of cnnlib's own layers. Its parameters are replaced; they keep
        their types.
    state : mapping of str to array_like
        As `to_pytorch` writes it.
    x_shape : tuple of int
        As for `to_pytorch`.

    Raises
    ------
    TypeError
        If a layer has a forward pass of the user's own, or if the type of a
        parameter cannot hold the values without rounding. Nothing has then
        been changed.
    ValueError
        If the values are not exactly those that this network needs, each
        with its shape, or x_shape does not fit. Nothing has then been changed.

    Notes
    -----
    Chapter "To a framework and back": def-frameworks-channels-last.

    Examples
    --------
    >>> from cnnlib import Conv2d
    >>> a, b = Conv2d(2, 4, (5, 3), rng=0), Conv2d(2, 4, (5, 3), rng=1)
    >>> from_pytorch(b, to_pytorch(a, (1, 9, 8, 2)), (1, 9, 8, 2))
    >>> bool((a.params["weight"] == b.params["weight"]).all())
    True
    """
    maps = _flattened_maps(network, x_shape)
    values = checked("state", state, to_pytorch(network, x_shape))
    for (number, layer, name), value in zip(parameters(network), values):
        layer.params[name] = _channels_last(value, maps.get(number))


def kernels_first(kernels):
    """Turn kernels, (K_h, K_w, C, F), to (F, C, K_h, K_w)."""
    return kernels.transpose(3, 2, 0, 1).copy()


def _channels_first(value, maps):
    """Turn a weight into PyTorch's layout; a bias stays.

    A dense layer that reads maps (H, W, C) is a convolution whose kernels
    have the size of the maps, and is turned like one.
    """
    if value.ndim == 1:
        return value.copy()
    if maps is None:
        return kernels_first(value)
    return kernels_first(value.reshape(*maps, -1)).reshape(value.shape[::-1])


def _channels_last(value, maps):
    """Undo `_channels_first`."""
    if value.ndim == 1:
        return value
    if maps is None:
        return _kernels_last(value)
    h, w, c = maps
    return _kernels_last(value.reshape(-1, c, h, w)).reshape(value.shape[::-1])


def _kernels_last(kernels):
    """Undo `kernels_first`."""
    return kernels.transpose(2, 3, 1, 0).copy()


def _flattened_maps(network, x_shape):
    """Find, for each dense layer, the shape (H, W, C) of the maps whose pixels it reads; (1, 1, D) for none."""
    found, maps = {}, None
    for (number, layer), shape in zip(inner_layers(network).items(), input_shapes(network, x_shape)):
        if kind(layer) is Linear:
            found[number] = maps or (1, 1, *shape)
        if kind(layer) is Flatten:
            maps = shape if len(shape) == 3 else maps
        elif kind(layer) not in ENTRIES:  # it makes features of its own, which are pixels no more
            maps = None
    return found
