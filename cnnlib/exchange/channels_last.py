"""Parameters as Flax and Keras hold them, with the channels last as here, and back."""

from collections.abc import Mapping

from .interchange import checked, parameters

__all__ = ["from_flax", "from_keras", "to_flax", "to_keras"]

FLAX_NAMES = {"weight": "kernel", "bias": "bias"}


def to_flax(network):
    """Write the parameters as Flax's `linen` does.

    The layouts are this library's own; only the names differ. Flax's `nnx`
    keeps the same arrays under the same names in each layer.

    Parameters
    ----------
    network : Layer
        Made of cnnlib's own layers. It is not changed.

    Returns
    -------
    dict
        What `init` of a `linen.Sequential` of the same layers returns and
        `apply` takes: {"params": {"layers_0": {"kernel": ..., "bias": ...},
        ...}}, with copies as arrays. Functions count as layers.

    Raises
    ------
    TypeError
        If a layer has a forward pass of the user's own.

    Notes
    -----
    Chapter "To a framework and back": def-frameworks-channels-last.

    Examples
    --------
    >>> from cnnlib import Linear, Sequential
    >>> to_flax(Sequential(Linear(3, 2)))["params"]["layers_0"]["kernel"].shape
    (3, 2)
    """
    variables = {"params": {}}
    for number, layer, name in parameters(network):
        place = variables["params"]
        for part in filter(None, number.split(".")):
            place = place.setdefault(f"layers_{part}", {})
        place[FLAX_NAMES[name]] = layer.params[name].copy()
    return variables


def from_flax(network, variables):
    """Put into a network what the variables of a Flax `linen` module hold.

    Parameters
    ----------
    network : Layer
        As for `from_pytorch`.
    variables : mapping
        As `to_flax` writes them.

    Raises
    ------
    TypeError, ValueError
        As `from_pytorch`.

    Notes
    -----
    Chapter "To a framework and back": def-frameworks-channels-last.

    Examples
    --------
    >>> from cnnlib import Linear, Sequential
    >>> a, b = Sequential(Linear(3, 2, rng=0)), Sequential(Linear(3, 2, rng=1))
    >>> from_flax(b, to_flax(a))
    >>> bool((a[0].params["weight"] == b[0].params["weight"]).all())
    True
    """
    expected = dict(_leaves(to_flax(network)))
    values = dict(_leaves(variables)) if isinstance(variables, Mapping) else variables
    _store(network, checked("variables", values, expected))


def to_keras(network):
    """List the parameters as Keras's `get_weights` does.

    The layouts and the order are this library's own.

    Parameters
    ----------
    network : Layer
        Made of cnnlib's own layers. It is not changed.

    Returns
    -------
    list of ndarray
        Copies: of each layer that has them the weight and the bias.

    Raises
    ------
    TypeError
        If a layer has a forward pass of the user's own.

    Notes
    -----
    Chapter "To a framework and back": def-frameworks-channels-last.

    Examples
    --------
    >>> from cnnlib import Linear, Sequential
    >>> [array.shape for array in to_keras(Sequential(Linear(3, 2)))]
    [(3, 2), (2,)]
    """
    return [layer.params[name].copy() for _, layer, name in parameters(network)]


def from_keras(network, weights):
    """Put into a network what Keras's `get_weights` lists.

    Parameters
    ----------
    network : Layer
        As for `from_pytorch`.
    weights : list of array_like
        As `to_keras` writes it.

    Raises
    ------
    TypeError, ValueError
        As `from_pytorch`.

    Notes
    -----
    Chapter "To a framework and back": def-frameworks-channels-last.

    Examples
    --------
    >>> from cnnlib import Linear, Sequential
    >>> a, b = Sequential(Linear(3, 2, rng=0)), Sequential(Linear(3, 2, rng=1))
    >>> from_keras(b, to_keras(a))
    >>> bool((a[0].params["weight"] == b[0].params["weight"]).all())
    True
    """
    values = dict(enumerate(weights)) if isinstance(weights, (list, tuple)) else weights
    _store(network, checked("weights", values, dict(enumerate(to_keras(network)))))


def _leaves(tree, path=""):
    """Give (path, value) of all that nested mappings hold."""
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{path}{key}/")
        else:
            yield f"{path}{key}", value


def _store(network, values):
    for (_, layer, name), value in zip(parameters(network), values):
        layer.params[name] = value
