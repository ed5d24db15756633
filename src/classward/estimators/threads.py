"""How many threads matrix products may use."""

from __future__ import annotations

from contextlib import AbstractContextManager

from threadpoolctl import threadpool_limits

__all__ = ["blas_threads", "one_blas_thread"]


def one_blas_thread() -> AbstractContextManager[object]:
    """Let matrix products use one thread inside a ``with`` block.

    Matrices of training are small and many: two threads wait for each other longer than they work, up to ten times on a
    busy machine. Tree libraries have threads of their own and are not affected.
    """
    return threadpool_limits(1, user_api="blas")


def blas_threads(n: int) -> AbstractContextManager[object]:
    """Let matrix products use ``n`` threads inside a ``with`` block, for the few steps whose matrices are large.

    The last bits of a product may depend on ``n``.
    """
    return threadpool_limits(n, user_api="blas")
