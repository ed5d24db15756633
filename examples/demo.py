"""The main job on real data: the whole life of one model, through the real command line and the real server.

Real spoken-command sentences (home-assistant-intents, Apache-2.0) are trained, served over HTTP, labelled late, measured class
by class, replaced and rolled back. Everything is left in ``demo/``; it ends on a page that a person can read.
"""

from __future__ import annotations

import html
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sentences import sentences, write

HERE = Path(__file__).resolve().parent.parent / "demo"
CLASSWARD = [sys.executable, "-m", "classward"]
STORY: list[tuple[str, str, str]] = []


def step(title: str, *args: str, ok: tuple[int, ...] = (0,)) -> str:
    """Run one command as a user would, show it, keep it for the page."""
    command = "classward " + " ".join(f'"{a}"' if " " in a else a for a in args)
    print(f"\n\033[1m# {title}\033[0m\n$ {command}", flush=True)
    run = subprocess.run([*CLASSWARD, *args], cwd=HERE, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print(run.stdout, end="", flush=True)
    STORY.append((title, command, run.stdout))
    if run.returncode not in ok:
        raise SystemExit(f"demo stopped: {command} ended with {run.returncode}")
    return run.stdout


def asks(*args: str) -> object:
    """Run one command with --json and give what it says."""
    run = subprocess.run([*CLASSWARD, *args, "--json"], cwd=HERE, text=True, capture_output=True, check=True)
    return json.loads(run.stdout)


class Server:
    """The real server as a child process."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [*CLASSWARD, "serve", "--port", str(self.port), "--workers", "2"]
        self.process = subprocess.Popen(command, cwd=HERE, stderr=(HERE / "server.log").open("w"))
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                self.call("GET", "/v2/health/ready")
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("demo stopped: the server did not become ready; see demo/server.log")

    def call(self, method: str, path: str, body: object = None) -> dict:
        """One HTTP request."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else {}

    def stop(self) -> None:
        """Ask it to end, as a service manager would."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def ask_server(server: Server, rows: list[dict[str, str]]) -> int:
    """Send sentences in small requests, as clients would; give how many answers were right."""
    right = 0
    for start in range(0, len(rows), 8):
        part = rows[start : start + 8]
        body = {"rows": [{"text": r["text"]} for r in part], "ids": [r["id"] for r in part], "top_k": 3}
        answers = server.call("POST", "/predict", body)["predictions"]
        right += sum(a["label"] == r["intent"] for a, r in zip(answers, part, strict=True))
    return right


def send_labels(server: Server, rows: list[dict[str, str]]) -> dict:
    """What turned out true, as it would come from people later."""
    now = datetime.now(UTC)
    labels = [
        {
            "id": r["id"],
            "label": r["intent"],
            "event_at": (now - timedelta(seconds=1)).isoformat(),
            "source": "people",
        }
        for r in rows
    ]
    return server.call("POST", "/labels", {"labels": labels})


def page() -> Path:
    """Everything that was done, with the report of the live version, as one page."""
    parts = [
        f"<h2>{i}. {html.escape(title)}</h2><pre><b>$ {html.escape(command)}</b>\n{html.escape(text)}</pre>"
        for i, (title, command, text) in enumerate(STORY, start=1)
    ]
    state = asks("status")
    bundle = next(r for r in state["deployment"]["routes"] if r["role"] == "live")["bundle_hash"]
    style = (
        ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}"
        "pre{background:color-mix(in srgb,CanvasText 7%,Canvas);padding:1rem;border-radius:.5rem;overflow:auto;font-size:.8rem}"
        "h2{font-size:1.05rem;margin-top:2rem}iframe{width:100%;height:80vh;border:1px solid gray;border-radius:.5rem}"
    )
    report = f".classward/artifacts/{bundle}/extras/report.html"
    target = HERE / "index.html"
    target.write_text(
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Classward: the life of one model</title>"
        f"<meta name=viewport content='width=device-width'><style>{style}</style><h1>The life of one model</h1>"
        f"<p>Real sentences, the real server, every command as typed. The live version's <a href='{report}'>report</a>:</p>"
        f"<iframe src='{report}' title='report of the live version'></iframe>{''.join(parts)}</html>",
        encoding="utf-8",
    )
    return target


def main() -> None:
    """Run the story."""
    began = time.monotonic()
    shutil.rmtree(HERE, ignore_errors=True)
    HERE.mkdir()
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    rows = [{name: r[name] for name in ("id", "text", "intent", "template")} for r in sentences()]
    templates = sorted({r["template"] for r in rows})
    later = set(templates[::5])  # one template in five is only seen in production at first
    known, traffic = [r for r in rows if r["template"] not in later], [r for r in rows if r["template"] in later]
    write(known, HERE / "sentences.csv")
    print(
        f"{len(rows):,} sentences in {len({r['intent'] for r in rows})} intents; {len(traffic):,} kept back as traffic"
    )

    step(
        "Look at the table", "init", "sentences.csv", "--label", "intent", "--name", "home", "--id", "id", "--group",
        "template", "--critical", "HassTurnOff", "--critical", "HassStartTimer", "--sensitive", "HassTurnOn",
        "--owner", "home-ml@example.org",
    )  # fmt: skip
    step("Train the first version", "train", "--budget", "30s")
    server = Server()
    try:
        live(server, known, traffic)
    finally:
        server.stop()
    step("Is everything as it was written?", "verify")
    step(
        "Weeks in seconds: the same code on a virtual clock",
        "simulate",
        "traffic.csv",
        "--weeks",
        "2",
        "--rows-per-day",
        "150",
    )
    target = page()
    print(f"\nDone in {time.monotonic() - began:.0f} s. Open {target}")


def live(server: Server, known: list[dict[str, str]], traffic: list[dict[str, str]]) -> None:
    """Serve, label, measure, replace, roll back."""
    half = len(traffic) // 2
    right = ask_server(server, traffic[:half])
    print(f"\n{half:,} sentences answered over HTTP, {right / half:.1%} right; labels for 4 in 5 arrive")
    receipt = send_labels(server, traffic[: int(0.8 * half)])
    print({k: receipt[k] for k in ("accepted", "duplicate", "quarantined")}, "and sent again:", end=" ")
    again = send_labels(server, traffic[:10])
    print({k: again[k] for k in ("accepted", "duplicate", "quarantined")})
    step("How does each class do?", "status")
    write(known + traffic[: int(0.8 * half)], HERE / "sentences.csv")
    write(traffic, HERE / "traffic.csv")
    step("Train a second version on old rows and the new labels", "train", "--budget", "30s")
    step("Is it better? Only rows that neither version was trained on count", "compare", "1", "2")
    step(
        "Make it live while the server runs",
        "deploy",
        "2",
        "--now",
        "--because",
        "trained on the first week's labels",
    )
    ask_server(server, traffic[half:])
    step("And back by one command", "rollback", "--because", "showing the way back")
    step("Why this answer?", "why", traffic[half]["id"])
    step("What happened?", "history")


if __name__ == "__main__":
    main()
