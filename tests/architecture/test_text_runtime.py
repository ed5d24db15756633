"""The text runtime is loaded by the first text of a model that needs it, not before."""

from __future__ import annotations

import subprocess
import sys

import pytest

RUNTIME = {"onnxruntime", "tokenizers", "onnx", "torch", "transformers", "wordllama"}


@pytest.mark.parametrize(
    "statement",
    ["import classward.serving.app", "import classward.artifact.read", "import classward.estimators.encoders"],
)
def test_no_import_loads_the_text_runtime(statement: str) -> None:
    code = f"import sys\n{statement}\nprint(' '.join({{m.partition('.')[0] for m in sys.modules}}))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(run.stdout.split()) & RUNTIME == set()


def test_serving_loads_no_grpc_unless_a_port_is_named() -> None:
    code = "import sys\nimport classward.serving.app, classward.serving.run\nprint(' '.join(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"grpc", "google.protobuf"} & set(run.stdout.split())
