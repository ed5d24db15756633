"""Text → vector by a transformer in ONNX. The only file of ``inference`` that knows a runtime, and only when it runs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classward.errors import ArtifactError, UsageError
from classward.inference.onnx_session import open_session
from classward.inference.vector_memory import VectorMemory

__all__ = ["OnnxEncoder"]

_BATCH_TOKENS = 4096
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")


@dataclass(slots=True)
class _Runtime:
    """What runs in this process: never copied, pickled or compared."""

    n_threads: int = 1
    session: Any = None
    tokenizer: Any = None
    process: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class OnnxEncoder:
    """A sentence encoder that travels whole: network and tokenizer are part of the bundle.

    Texts of equal token count run together, so that no row is padded and none depends on the rows beside it (to the
    last bits of float32). The runtime is loaded when the first text comes, once per process; a forked process makes
    its own.

    Parameters
    ----------
    model : uint8 array
        Bytes of an ONNX file. Inputs out of ``input_ids``, ``attention_mask``, ``token_type_ids`` (int64); first
        output float32 of shape (n, n_columns), or (n, n_tokens, n_columns) which is then averaged over tokens.
    tokenizer : uint8 array
        Bytes of a ``tokenizer.json``.
    n_columns : int
        Numbers per text.
    most_tokens : int
        Longer texts are cut.

    Raises
    ------
    ValueError
        If the pieces cannot be an encoder.
    UsageError
        CW320, on the first text, if onnxruntime or tokenizers is not installed.
    ArtifactError
        CW321, on the first text, if the network or the tokenizer cannot be read; CW322 if it makes something else.
    """

    model: NDArray[np.uint8]
    tokenizer: NDArray[np.uint8]
    n_columns: int
    most_tokens: int = 256
    _memory: VectorMemory[str] = field(init=False, repr=False, compare=False)
    _runtime: _Runtime = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.model.ndim != 1 or not len(self.model) or self.n_columns < 1 or self.most_tokens < 1:
            raise ValueError(
                f"no encoder: {self.model.shape} bytes, {self.n_columns} columns, {self.most_tokens} tokens"
            )
        object.__setattr__(self, "_memory", VectorMemory())
        object.__setattr__(self, "_runtime", _Runtime())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, OnnxEncoder):
            return NotImplemented
        same_shape = (self.n_columns, self.most_tokens) == (other.n_columns, other.most_tokens)
        return same_shape and all(
            np.array_equal(a, b) for a, b in ((self.model, other.model), (self.tokenizer, other.tokenizer))
        )

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self.model, self.tokenizer, self.n_columns, self.most_tokens)

    def use_threads(self, n_threads: int) -> None:
        """Set how many threads one batch may use in this process (1 unless said); takes effect on the next text."""
        if n_threads != self._runtime.n_threads:
            self._runtime.n_threads, self._runtime.session = n_threads, None

    def measured(self) -> OnnxEncoder:
        """The same encoder with ``n_columns`` as found by running it once, for files that do not tell."""
        session, tokenizer = self._started()
        ids = np.array([tokenizer.encode("a").ids], dtype=np.int64)
        width = _run(session, ids).shape[-1]
        return replace(self, n_columns=int(width))

    def remember(self, most_rows: int) -> None:
        """Keep the vectors of so many texts in this object, so that cross-fitting encodes each text once."""
        self._memory.most_rows = most_rows

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Make a float32 array of shape (n, n_columns), each row of length 1."""
        return self._memory.look_up(texts, self._encode)

    def _encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        out = np.zeros((len(texts), self.n_columns), dtype=np.float32)
        if not len(texts):
            return out
        session, tokenizer = self._started()
        found = tokenizer.encode_batch([text.encode("utf-8", "ignore").decode() for text in texts])
        ids = [e.ids[: self.most_tokens] for e in found]
        by_length: dict[int, list[int]] = {}
        for i, tokens in enumerate(ids):
            by_length.setdefault(len(tokens), []).append(i)
        for length, rows in by_length.items():
            step = max(1, _BATCH_TOKENS // max(length, 1))
            for start in range(0, len(rows) if length else 0, step):
                batch = rows[start : start + step]
                out[batch] = self._checked(session, np.array([ids[i] for i in batch], dtype=np.int64))
        return out

    def _checked(self, session: Any, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        made = _run(session, ids)
        if made.shape != (len(ids), self.n_columns):
            raise _unreadable("CW322", "the encoder makes something else than declared", f"{made.shape}")
        length = np.sqrt((made * made).sum(axis=1, keepdims=True))
        rows: NDArray[np.float32] = (made / np.maximum(length, 1e-12)).astype(np.float32)
        return rows

    def _started(self) -> tuple[Any, Any]:
        runtime, process = self._runtime, os.getpid()
        session, tokenizer = runtime.session, runtime.tokenizer
        if session is None or tokenizer is None or runtime.process != process:
            session, tokenizer = _start(self.model, self.tokenizer, runtime.n_threads)
            runtime.session, runtime.tokenizer, runtime.process = session, tokenizer, process
        return session, tokenizer


def _start(model: NDArray[np.uint8], tokenizer_json: NDArray[np.uint8], n_threads: int) -> tuple[Any, Any]:
    try:
        import onnxruntime  # noqa: F401
        import tokenizers
    except ImportError as error:
        raise UsageError(
            "CW320",
            "this model reads text by a network, and what runs it is not installed",
            got=f"no {error.name}",
            why="the network travels in the bundle, its runtime does not",
            fix="pip install 'classward[text]'",
        ) from None
    try:
        session = open_session(model, n_threads)
        tokenizer = tokenizers.Tokenizer.from_str(tokenizer_json.tobytes().decode())
    except Exception as error:  # noqa: BLE001  both libraries raise Exception itself
        raise _unreadable("CW321", "the encoder cannot be read", type(error).__name__) from None
    tokenizer.no_padding()
    tokenizer.no_truncation()
    unknown = {put.name for put in session.get_inputs()} - set(_INPUTS)
    if unknown:
        raise _unreadable("CW322", "the encoder wants something else than tokens", ", ".join(sorted(unknown))[:200])
    return session, tokenizer


def _run(session: Any, ids: NDArray[np.int64]) -> NDArray[np.float32]:
    given = dict(zip(_INPUTS, (ids, np.ones_like(ids), np.zeros_like(ids)), strict=True))
    made: NDArray[np.float32] = session.run(None, {put.name: given[put.name] for put in session.get_inputs()})[0]
    return made.mean(axis=1) if made.ndim == 3 else made


def _unreadable(code: str, what: str, got: str) -> ArtifactError:
    return ArtifactError(
        code,
        what,
        got=got,
        why="a text that cannot be encoded cannot be classified",
        fix="give an ONNX sentence encoder (input_ids, attention_mask, token_type_ids → vectors) and its tokenizer.json",
    )


def _rebuild(model: NDArray[np.uint8], tokenizer: NDArray[np.uint8], n_columns: int, most_tokens: int) -> OnnxEncoder:
    return OnnxEncoder(model=model, tokenizer=tokenizer, n_columns=n_columns, most_tokens=most_tokens)
