"""What is left of a segment after cuts, flips and zeros: never a wrong row, never a row lost in silence."""

from __future__ import annotations

import struct
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from classward.backends.record_log.frames import (
    HEADER,
    encode_counters,
    encode_labels,
    encode_predictions,
    encode_quarantine,
    frame,
    payloads_of,
    state_of,
)
from classward.conformance.examples import answer, quarantined, truth

FRAMES = [
    encode_predictions([answer("r1"), replace(answer("r2", label="outage"), request_id="request-of-r1")]),
    encode_labels([truth("r1")]),
    encode_counters([(1_763_000_000, "refused", 3)], writer="w"),
    encode_predictions([answer("r3", features='{"text": "\x93\xa1p"}')]),
    encode_quarantine([quarantined("{}")]),
]
WHOLE = HEADER + b"".join(FRAMES)
ENDS = [len(HEADER)]
for _one in FRAMES:
    ENDS.append(ENDS[-1] + len(_one))


def contents(data: bytes) -> list[object]:
    return list(payloads_of(data))


def test_a_whole_segment_reads_to_its_end() -> None:
    assert [p[0] for p in contents(WHOLE)] == ["p", "l", "c", "p", "q"]
    state = state_of(WHOLE)
    assert (state.end, state.n_torn_bytes, state.problem) == (len(WHOLE), 0, "")


def test_only_kinds_asked_for_are_decoded() -> None:
    assert [p[0] for p in payloads_of(WHOLE, "p")] == ["p", "p"]
    assert [p[0] for p in payloads_of(WHOLE, "lq")] == ["l", "q"]


@given(st.integers(0, len(WHOLE)))
def test_a_cut_anywhere_leaves_the_frames_before_it(cut: int) -> None:
    n_whole = sum(end <= cut for end in ENDS[1:])
    data = WHOLE[:cut]
    assert contents(data) == contents(WHOLE)[:n_whole]
    state = state_of(data)
    end = ENDS[n_whole] if cut >= len(HEADER) else 0
    assert (state.end, state.n_torn_bytes, state.problem) == (end, cut - end, "")


@given(st.integers(0, len(WHOLE)), st.integers(1, 5000))
def test_zeros_behind_a_cut_are_a_torn_end(cut: int, n: int) -> None:
    whole_frames = max([end for end in ENDS if end <= cut], default=0)
    if cut != whole_frames:
        cut = whole_frames
    state = state_of(WHOLE[:cut] + bytes(n))
    assert (state.end, state.n_torn_bytes, state.problem) == (cut, n, "")


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_a_flipped_byte_never_gives_a_wrong_row_and_is_told(position: int, mask: int) -> None:
    data = bytearray(WHOLE)
    data[position] ^= mask
    n_before = sum(end <= position for end in ENDS[1:]) if position >= len(HEADER) else 0
    assert contents(bytes(data)) == contents(WHOLE)[:n_before]
    state = state_of(bytes(data))
    if position < ENDS[-2]:
        assert state.problem
    else:  # in the last frame, a length that grew looks like a frame that was being written
        assert state.problem or state.n_torn_bytes


def test_damage_names_the_place_and_what_is_behind_it() -> None:
    data = bytearray(WHOLE)
    data[ENDS[1] + 20] ^= 1
    state = state_of(bytes(data))
    assert state.end == ENDS[1]
    assert f"byte {ENDS[1]}" in state.problem
    assert "3 whole frames behind" in state.problem


def test_a_length_that_lies_hides_no_frames_in_silence() -> None:
    data = bytearray(WHOLE)
    struct.pack_into("<I", data, ENDS[1], 1 << 29)
    assert "3 whole frames behind" in state_of(bytes(data)).problem


def test_other_formats_and_other_files_are_told_and_not_read() -> None:
    newer = b"CWSEG002" + WHOLE[len(HEADER) :]
    assert "format 002 is not known" in state_of(newer).problem
    assert "not a record segment" in state_of(b"PAR1" * 10).problem
    assert contents(newer) == contents(b"PAR1" * 10) == []


def test_a_frame_of_an_unknown_kind_is_told() -> None:
    data = WHOLE + frame(b"\x92\xa1z\x90")
    assert state_of(data).problem
    assert len(contents(data)) == len(FRAMES)


def test_rows_of_different_requests_keep_their_own_head() -> None:
    batch = [answer("r1"), answer("r2", version=2), answer("r3", version=2)]
    heads = [p[1][2] for p in payloads_of(HEADER + encode_predictions(batch))]
    assert heads == [1, 2, 2]
