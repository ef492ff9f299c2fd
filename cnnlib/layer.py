"""What every layer has."""

__all__ = ["Layer"]


class Layer:
    """What every layer has.

    Attributes
    ----------
    params : dict of str to ndarray
        What is learned.
    grads : dict of str to ndarray
        After `backward`: the loss's gradient, keyed and shaped like `params`.

    Examples
    --------
    A layer of one's own, which doubles its input:

    >>> class Double(Layer):
    ...     def forward(self, x):
    ...         return 2 * x
    ...     def backward(self, dy):
    ...         return 2 * dy
    >>> from cnnlib import check_adjoint
    >>> check_adjoint(Double(), (2, 3))
    adjoint check: input exact in integers
    """

    def __init__(self):
        self.params = {}
        self.grads = {}
        self._kept = None

    def forward(self, x):
        """Return the output for the input `x`, and keep what `backward` needs."""
        raise NotImplementedError

    def backward(self, dy):
        """Fill `grads` and return the loss's gradient by the input.

        Parameters
        ----------
        dy : array_like, shape of the output
            The loss's gradient by the output of the last `forward`.

        Raises
        ------
        RuntimeError
            If `forward` has not run before.
        """
        raise NotImplementedError

    def _last(self):
        if self._kept is None:
            raise RuntimeError(f"{type(self).__name__}.backward needs a forward before it")
        return self._kept
