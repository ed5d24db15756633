"""Images through the real command line and the real server."""

from __future__ import annotations

import base64
import csv
import http.client
import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from drawn_images import drawings
from real import Server, asks, run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def signs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with images, a table of paths, and one version trained by the command line."""
    folder = tmp_path_factory.mktemp("signs")
    images, kinds = drawings(150)
    (folder / "files").mkdir()
    with (folder / "signs.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["photo", "sign"])
        for i, (data, kind) in enumerate(zip(images, kinds, strict=True)):
            (folder / "files" / f"{i}.png").write_bytes(data)
            writer.writerow([f"files/{i}.png", kind])
    said = run(folder, "init", "signs.csv", "--label", "sign", "--name", "signs")
    assert "image       photo" in said
    run(folder, "train", "--budget", "20s")
    return folder


@pytest.fixture
def server(signs: Path) -> Iterator[Server]:
    running = Server(signs, workers=1).ready()
    yield running
    running.stop()


def huge(side: int) -> bytes:
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    made = b"\x89PNG\r\n\x1a\n"
    for name, body in ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")):
        made += struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    return made


def status_of_announced(server: Server, n_bytes: int) -> int:
    """Status of a request whose body is only announced."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        connection.putrequest("POST", "/predict")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(n_bytes))
        connection.endheaders()
        return connection.getresponse().status
    finally:
        connection.close()


def test_a_server_answers_images_and_refuses_everything_else(server: Server, signs: Path) -> None:
    images, kinds = drawings(150)
    coded = [base64.b64encode(data).decode() for data in images]
    status, answer = server.call("POST", "/predict", {"rows": [{"photo": c} for c in coded[:60]]})
    assert status == 200
    right = [row["label"] == kind for row, kind in zip(answer["predictions"], kinds, strict=False)]
    assert sum(right) >= 54

    tensor = {"name": "photo", "shape": [2], "datatype": "BYTES", "data": coded[:2]}
    status, v2 = server.call("POST", "/v2/models/signs/infer", {"inputs": [tensor]})
    assert status == 200
    assert v2["outputs"][1]["data"] == [row["label"] for row in answer["predictions"][:2]]

    inside = str((signs / "files" / "0.png").resolve())
    for bad, reason in (
        ("files/0.png", "not base64"),
        (inside, "not base64"),
        ("file://" + inside, "not base64"),
        (base64.b64encode(inside.encode() * 4).decode(), "begin like none of them"),
        (coded[0][:-3] + "*==", "not base64"),
        (base64.b64encode(images[0][:300]).decode(), "cut short or damaged"),
        (base64.b64encode(huge(60_000)).decode(), "pixels"),
        (base64.b64encode(huge(7_500)).decode(), "pixels; at most"),
        (base64.b64encode(huge(3_000)).decode(), "cut short or damaged"),
        (12, "a number"),
        ([coded[0]], "a list"),
    ):
        status, answer = server.call("POST", "/predict", {"rows": [{"photo": coded[0]}, {"photo": bad}]})
        assert status == 422, bad
        assert answer["code"] == "CW272"
        assert "row 1: 'photo'" in answer["what"]
        assert reason in answer["got"]
        assert inside not in json.dumps(answer)
    assert status_of_announced(server, 17_000_000) == 413
    status, answer = server.call("POST", "/predict", {"rows": [{"photo": coded[0]}]})
    assert status == 200, "and it goes on"
    document = server.call("GET", "/openapi.json")[1]
    assert document["components"]["schemas"]["Row"]["properties"]["photo"]["contentEncoding"] == "base64"
    assert "photo" in server.call("GET", "/docs")[1]


def test_files_are_scored_by_the_command_line(signs: Path) -> None:
    scored = asks(signs, "predict", "signs.csv", "-o", "out.csv", "--version", "1")
    assert scored["n_rows"] == 150
    (signs / "bad.csv").write_text("photo\nfiles/0.png\nfiles/none.png\n")
    said = run(signs, "predict", "bad.csv", "-o", "no.csv", "--version", "1", ok=(1, 2))
    assert not (signs / "no.csv").exists(), said
