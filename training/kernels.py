"""Two operations that plain PyTorch does slowly on a processor: the linear recurrence and summed table look-ups.

Both are registered as custom operators, so that `torch.compile` leaves them alone; on a GPU they fall back to
PyTorch's own operators. Without a compiled kernel (export, float64 tests) the results are the same.
"""

import numba
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F


@numba.njit(fastmath=True, cache=True)
def _scan(a, b, h):
    steps, width = a.shape
    for i in range(width):
        h[0, i] = b[0, i]
    for t in range(1, steps):
        for i in range(width):
            h[t, i] = a[t, i] * h[t - 1, i] + b[t, i]


@numba.njit(fastmath=True, cache=True)
def _scan_back(a, h, grad, grad_a, grad_b):
    steps, width = a.shape
    for i in range(width):
        grad_b[steps - 1, i] = grad[steps - 1, i]
    for t in range(steps - 2, -1, -1):
        for i in range(width):
            grad_b[t, i] = grad[t, i] + a[t + 1, i] * grad_b[t + 1, i]
    for i in range(width):
        grad_a[0, i] = 0.0
    for t in range(1, steps):
        for i in range(width):
            grad_a[t, i] = grad_b[t, i] * h[t - 1, i]


@numba.njit(fastmath=True, cache=True)
def _gather_sum(table, index, out):
    count, groups = index.shape
    width = table.shape[1]
    for n in range(count):
        for i in range(width):
            out[n, i] = table[index[n, 0], i]
        for k in range(1, groups):
            row = index[n, k]
            for i in range(width):
                out[n, i] += table[row, i]


@numba.njit(fastmath=True, cache=True)
def _gather_sum_back(grad, index, out):
    count, groups = index.shape
    width = grad.shape[1]
    for n in range(count):
        for k in range(groups):
            row = index[n, k]
            for i in range(width):
                out[row, i] += grad[n, i]


def _flat(x: Tensor) -> np.ndarray:
    return x.detach().contiguous().view(x.shape[0], -1).numpy()


@torch.library.custom_op("antiphon::scan", mutates_args=())
def scan(a: Tensor, b: Tensor) -> Tensor:
    """h[t] = a[t] * h[t-1] + b[t] with h[-1] = 0; float32 [T, ...]."""
    h = torch.empty_like(b, memory_format=torch.contiguous_format)
    if a.device.type == "cpu":
        _scan(_flat(a), _flat(b), _flat(h))
        return h
    h[0] = b[0]
    for t in range(1, len(a)):
        torch.addcmul(b[t], a[t], h[t - 1], out=h[t])
    return h


@scan.register_fake
def _(a: Tensor, b: Tensor) -> Tensor:
    return torch.empty_like(b, memory_format=torch.contiguous_format)


@torch.library.custom_op("antiphon::scan_back", mutates_args=())
def scan_back(a: Tensor, h: Tensor, grad: Tensor) -> tuple[Tensor, Tensor]:
    """Gradients of `scan` for a and b."""
    grad_a = torch.empty_like(h, memory_format=torch.contiguous_format)
    grad_b = torch.empty_like(h, memory_format=torch.contiguous_format)
    if a.device.type == "cpu":
        _scan_back(_flat(a), _flat(h), _flat(grad), _flat(grad_a), _flat(grad_b))
        return grad_a, grad_b
    grad_b.copy_(grad)
    for t in range(len(a) - 2, -1, -1):
        grad_b[t].addcmul_(a[t + 1], grad_b[t + 1])
    grad_a[0] = 0
    grad_a[1:] = grad_b[1:] * h[:-1]
    return grad_a, grad_b


@scan_back.register_fake
def _(a: Tensor, h: Tensor, grad: Tensor) -> tuple[Tensor, Tensor]:
    return torch.empty_like(h), torch.empty_like(h)


def _scan_setup(ctx, inputs, output) -> None:
    ctx.save_for_backward(inputs[0], output)


def _scan_gradient(ctx, grad: Tensor) -> tuple[Tensor, Tensor]:
    a, h = ctx.saved_tensors
    return scan_back(a, h, grad.contiguous())


scan.register_autograd(_scan_gradient, setup_context=_scan_setup)


@torch.library.custom_op("antiphon::gather_sum", mutates_args=())
def gather_sum(table: Tensor, index: Tensor) -> Tensor:
    """Sum of K rows of a float32 table [R, d]; index: int64 [..., K] -> [..., d]."""
    out = torch.empty(*index.shape[:-1], table.shape[1], dtype=table.dtype, device=table.device)
    flat = index.reshape(-1, index.shape[-1])
    if table.device.type == "cpu":
        _gather_sum(table.detach().numpy(), flat.numpy(), out.view(-1, table.shape[1]).numpy())
    else:
        out.view(-1, table.shape[1]).copy_(F.embedding_bag(flat, table, mode="sum"))
    return out


@gather_sum.register_fake
def _(table: Tensor, index: Tensor) -> Tensor:
    return table.new_empty(*index.shape[:-1], table.shape[1])


@torch.library.custom_op("antiphon::gather_sum_back", mutates_args=())
def gather_sum_back(grad: Tensor, index: Tensor, rows: int) -> Tensor:
    """Gradient of `gather_sum` for the table."""
    out = torch.zeros(rows, grad.shape[-1], dtype=grad.dtype, device=grad.device)
    flat = index.reshape(-1, index.shape[-1])
    flat_grad = grad.reshape(-1, grad.shape[-1])
    if grad.device.type == "cpu":
        _gather_sum_back(flat_grad.contiguous().numpy(), flat.numpy(), out.numpy())
    else:
        out.index_add_(0, flat.flatten(), flat_grad.repeat_interleave(flat.shape[1], 0))
    return out


@gather_sum_back.register_fake
def _(grad: Tensor, index: Tensor, rows: int) -> Tensor:
    return grad.new_empty(rows, grad.shape[-1])


def _gather_setup(ctx, inputs, output) -> None:
    ctx.rows = inputs[0].shape[0]
    ctx.save_for_backward(inputs[1])


def _gather_gradient(ctx, grad: Tensor) -> tuple[Tensor, None]:
    (index,) = ctx.saved_tensors
    return gather_sum_back(grad.float(), index, ctx.rows), None


gather_sum.register_autograd(_gather_gradient, setup_context=_gather_setup)
