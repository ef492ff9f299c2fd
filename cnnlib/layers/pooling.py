"""What max pooling and average pooling share: their options, and the order of their maps in memory."""

from .. import arguments
from .base import Layer
from ..windows import Field

__all__ = ["Pool", "as_stored", "checked_backward", "checked_field", "tap_count"]


class Pool(Layer):
    """A layer with windows and no parameters."""

    def __init__(self, kernel_size, *, stride=None, padding=0):
        super().__init__()
        self.options = _checked_options(kernel_size, stride, padding)


def _checked_options(kernel_size, stride, padding):
    """Return the options of a pooling layer as pairs, refusing windows that hold padding only."""
    field = Field.checked(kernel_size, kernel_size if stride is None else stride, padding)
    if any(p >= k for p, k in zip(field.padding, field.kernel_size)):
        raise ValueError(f"padding is {padding!r}; expected less than kernel_size, {kernel_size!r}")
    return {"kernel_size": field.kernel_size, "stride": field.stride, "padding": field.padding}


def checked_field(x_shape, kernel_size, stride, padding):
    """Return the field of a pooling layer, refusing options that do not fit the input."""
    field = Field(**_checked_options(kernel_size, stride, padding))
    field.output_size(x_shape[1:3])
    return field


def checked_backward(dy, x_shape, kernel_size, stride, padding):
    """Return dy as a batch, the shape of the input as a batch, the field, and whether they were one."""
    shape, is_batch = arguments.batch_shape("x_shape", x_shape)
    field = checked_field(shape, kernel_size, stride, padding)
    dy = arguments.array("dy", dy)
    output = (shape[0], *field.output_size(shape[1:3]), shape[3])
    arguments.same_shape("dy", dy, output if is_batch else output[1:])
    return dy.reshape(output), shape, field, is_batch


def as_stored(maps):
    """View maps in the order in which memory holds them, (N, H, W, C) or (C, H, W, N).

    Returns
    -------
    ndarray, order
        ``transpose(order)`` turns what was made of it back.
    """
    order = (3, 1, 2, 0)
    turned = maps.transpose(order)
    return (turned, order) if turned.flags.c_contiguous else (maps, (0, 1, 2, 3))


def tap_count(field):
    """Return the number of taps of a window, K_h K_w."""
    return field.kernel_size[0] * field.kernel_size[1]
