"""Networks for other programs: PyTorch, Flax, Keras and ONNX."""

from .channels_first import from_pytorch, to_pytorch
from .channels_last import from_flax, from_keras, to_flax, to_keras
from .onnx_export import to_onnx

__all__ = ["from_flax", "from_keras", "from_pytorch", "to_flax", "to_keras", "to_onnx", "to_pytorch"]
