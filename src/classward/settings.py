"""Process settings: frozen values that wiring reads from the environment and the command line, once."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Annotated

__all__ = ["Bounds", "Settings"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the most a number may be; without a most, any finite one."""

    least: float
    most: float = sys.float_info.max

    def __str__(self) -> str:
        return f"{self.least:g} or more" if self.most == sys.float_info.max else f"{self.least:g} to {self.most:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this process runs. What a task promises stands in the task file, not here.

    Every field is read from the environment variable ``CLASSWARD_<FIELD IN CAPITALS>`` and can be set by a command-line
    option of the same name where a command has one.
    """

    workspace: str = ".classward"
    """Folder with the journal, artifacts and records; beside the task file unless absolute."""
    host: str = "127.0.0.1"
    """Address to serve on; any but loopback needs ``api_keys``."""
    port: Annotated[int, Bounds(0, 65535)] = 8400
    """TCP port to serve on."""
    grpc_port: Annotated[int, Bounds(0, 65535)] = 0
    """TCP port of the Open Inference Protocol over gRPC, on the same host; 0 opens none."""
    workers: int = 1
    """Server processes."""
    api_keys: tuple[str, ...] = ()
    """Accepted API keys (comma-separated in the environment), ``roles:key`` or ``key`` for all; never logged."""
    jwt_key_file: str = ""
    """File with the public key (PEM) or shared secret that signed tokens are checked with; empty takes no tokens."""
    jwt_algorithm: str = "RS256"
    """The one signature that tokens may have."""
    jwt_audience: str = ""
    """Whom tokens must be meant for; empty does not ask."""
    jwt_issuer: str = ""
    """Who must have issued tokens; empty does not ask."""
    jwt_roles_claim: str = "roles"
    """Claim with the roles of a token: a list, or words in one text."""
    tls_cert_file: str = ""
    """Certificate chain (PEM) for HTTP and gRPC; with ``tls_key_file`` both are encrypted."""
    tls_key_file: str = ""
    """Private key (PEM) of the certificate."""
    tls_client_ca_file: str = ""
    """Authorities (PEM) whose client certificates are asked for; empty asks for none."""
    segment_max_bytes: Annotated[int, Bounds(1)] = 8_000_000
    """A writer closes its record segment at this size, so that it can be sealed."""
    segment_max_s: Annotated[float, Bounds(0)] = 30.0
    """... or at this age in seconds."""
    segment_grace_s: Annotated[float, Bounds(0)] = 120.0
    """How long a sealed segment file stays for readers that began before."""
    fsync: bool = False
    """Whether each record append waits for the disk (power loss), not only for the kernel (``kill -9``)."""
    record_deadline_s: Annotated[float, Bounds(0)] = 0.5
    """How long a server waits for a record to be written; then the answer leaves, flagged ``unlogged``. 0: as long
    as it takes."""
    poll_s: Annotated[float, Bounds(0, 60)] = 0.25
    """How often a server worker looks at the journal head."""
    drain_s: Annotated[float, Bounds(0)] = 10.0
    """How long a stopping server lets running requests finish."""
    max_body_bytes: Annotated[int, Bounds(1)] = 16_000_000
    """Largest request body accepted."""
    max_rows: Annotated[int, Bounds(1)] = 10_000
    """Most rows in one request."""
    rate_per_caller: Annotated[float, Bounds(0)] = 0.0
    """Requests a second that one caller (key, or address without keys) may make; 0 sets no limit."""
    rate_total: Annotated[float, Bounds(0)] = 0.0
    """Requests a second that all callers together may make; 0 sets no limit."""
    max_running: Annotated[int, Bounds(1)] = 512
    """Most requests under way in one worker; more are refused with 503."""
    max_waiting: Annotated[int, Bounds(0)] = 32
    """Most requests of many rows that wait for their turn in one worker; more are refused with 503."""
    max_lag_ms: Annotated[float, Bounds(0)] = 1000.0
    """A worker whose answers begin later than this refuses with 503 until it has caught up; 0 never refuses."""
    fallback_version: Annotated[int, Bounds(0)] = 0
    """Version that answers, flagged ``degraded`` and ``fallback``, when the model of the live one fails; 0: none does."""
    cache_rows: Annotated[int, Bounds(0)] = 0
    """Rows for which each worker remembers what the model said, for traffic that repeats itself; 0 remembers none."""
    memory_limit_mb: Annotated[float, Bounds(0)] = 0.0
    """Memory that a version may take when it is loaded; a larger one is refused. 0: what machine and container have left."""
    class_metrics: bool = True
    """Whether predictions are counted per class; turned off, ``status`` shows a failing check."""
    traces_endpoint: str = ""
    """Where traces go (OTLP over HTTP, such as ``http://collector:4318/v1/traces``); the standard ``OTEL_…`` variables do,
    too."""
    payload_share: Annotated[float, Bounds(0, 1)] = 1.0
    """Share of ordinary predictions whose feature values are logged beside the record, in [0, 1]; 0 logs none at all."""
    payload_keep_below: Annotated[float, Bounds(0, 1)] = 0.6
    """Predictions with less confidence keep their feature values whatever the share, as rare and flagged ones do."""
    pii_key_file: str = ""
    """File with the key for hashes of private features; made in the workspace when empty."""
    explain_share: Annotated[float, Bounds(0, 1)] = 1.0
    """Share of answers of critical classes whose reasons are stored beside the record, in [0, 1]."""
    explain_classes: tuple[str, ...] = ()
    """Other classes whose answers are explained as well."""
    alert_file: str = ""
    """File that gets every notice about alerts as a line of JSON; beside the task file unless absolute."""
    alert_webhook: str = ""
    """Address that gets every notice as a POST of JSON."""
    alertmanager: str = ""
    """Alertmanager that is told of alerts, such as ``http://127.0.0.1:9093``."""
    alert_services: tuple[str, ...] = ()
    """Mail, chats and paging services that are told, as addresses of Apprise; needs the extra ``notify``."""
    heartbeat: str = ""
    """Address that gets a POST about once a minute while watching goes on."""
    actor: str = ""
    """Who acts, for the journal; the login name when empty."""
