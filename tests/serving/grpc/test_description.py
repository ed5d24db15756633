from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from grpc_tools import protoc

FOLDER = files("classward.serving.grpc")


def test_the_compiled_description_is_that_of_the_source(tmp_path: Path) -> None:
    made = tmp_path / "made.binpb"
    source = str(FOLDER / "open_inference.proto")
    assert protoc.main(["protoc", f"-I{FOLDER}", f"--descriptor_set_out={made}", source]) == 0
    assert made.read_bytes() == (FOLDER / "open_inference.binpb").read_bytes(), "run 'make proto'"
