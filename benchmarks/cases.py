"""What is measured: layers of well-known networks, forward plus backward."""

from typing import NamedTuple


class Conv(NamedTuple):
    """N maps of H x W with C channels, F kernels of K x K, stride and padding."""

    n: int
    h: int
    w: int
    c: int
    f: int
    k: int
    stride: int = 1
    padding: int = 0

    @property
    def output(self):
        return tuple((size + 2 * self.padding - self.k) // self.stride + 1 for size in (self.h, self.w))

    @property
    def flops(self):
        """Multiplications and additions of forward, input gradient and kernel gradient."""
        rows, columns = self.output
        return 3 * 2 * self.n * rows * columns * self.f * self.k * self.k * self.c


class Pool(NamedTuple):
    """Pooling windows of K x K over 32 maps of 56 x 56 with 64 channels."""

    kind: str
    k: int
    stride: int
    n: int = 32
    h: int = 56
    w: int = 56
    c: int = 64

    @property
    def output(self):
        return tuple((size - self.k) // self.stride + 1 for size in (self.h, self.w))


CONVOLUTIONS = {
    "LeNet conv 1, 1→6 5×5 pad 2, 28×28, batch 64": Conv(64, 28, 28, 1, 6, 5, padding=2),
    "LeNet conv 2, 6→16 5×5, 14×14, batch 64": Conv(64, 14, 14, 6, 16, 5),
    "3→32 3×3, 32×32, batch 32": Conv(32, 32, 32, 3, 32, 3, padding=1),
    "32→64 3×3 stride 2, 32×32, batch 32": Conv(32, 32, 32, 32, 64, 3, 2, 1),
    "64→128 3×3, 16×16, batch 32": Conv(32, 16, 16, 64, 128, 3, padding=1),
    "64→64 3×3, 56×56, batch 8": Conv(8, 56, 56, 64, 64, 3, padding=1),
    "256→256 3×3, 14×14, batch 8": Conv(8, 14, 14, 256, 256, 3, padding=1),
    "3→64 7×7 stride 2, 224×224, batch 8": Conv(8, 224, 224, 3, 64, 7, 2, 3),
    "64→256 1×1, 56×56, batch 8": Conv(8, 56, 56, 64, 256, 1),
    "toy, 1→1 3×3, 8×8, batch 1": Conv(1, 8, 8, 1, 1, 3),
}
POOLS = {
    "max 2×2 stride 2": Pool("max", 2, 2),
    "max 3×3 stride 2": Pool("max", 3, 2),
    "average 2×2 stride 2": Pool("average", 2, 2),
    "average 3×3 stride 2": Pool("average", 3, 2),
}
LENET = "LeNet step, batch 64"
