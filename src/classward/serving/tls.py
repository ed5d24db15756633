"""Encrypted doors: certificate and key for HTTP and gRPC, and whose client certificates are trusted."""

from __future__ import annotations

import ssl
from typing import Any

from classward.errors import UsageError
from classward.settings import Settings

__all__ = ["check_tls", "scheme_of", "uvicorn_options"]


def scheme_of(settings: Settings) -> str:
    """``https`` with a certificate, else ``http``."""
    return "https" if settings.tls_cert_file else "http"


def check_tls(settings: Settings) -> None:
    """Read the files once before anything starts.

    Raises
    ------
    UsageError
        CW439 if a file is missing, cannot be read, or certificate and key do not belong together.
    """
    if not (settings.tls_cert_file or settings.tls_key_file or settings.tls_client_ca_file):
        return
    if not (settings.tls_cert_file and settings.tls_key_file):
        raise _unusable("one of certificate and key is not named", "set CLASSWARD_TLS_CERT_FILE and _TLS_KEY_FILE")
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(settings.tls_cert_file, settings.tls_key_file)
        if settings.tls_client_ca_file:
            context.load_verify_locations(settings.tls_client_ca_file)
    except (OSError, ssl.SSLError) as error:  # an SSLError is an OSError; both are named for the reader
        raise _unusable(str(error), "name PEM files that belong together and that this process may read") from None


def uvicorn_options(settings: Settings) -> dict[str, Any]:
    """What uvicorn is told."""
    if not settings.tls_cert_file:
        return {}
    options: dict[str, Any] = {"ssl_certfile": settings.tls_cert_file, "ssl_keyfile": settings.tls_key_file}
    if settings.tls_client_ca_file:
        options |= {"ssl_ca_certs": settings.tls_client_ca_file, "ssl_cert_reqs": ssl.CERT_REQUIRED}
    return options


def _unusable(got: str, fix: str) -> UsageError:
    return UsageError("CW439", "these settings give no encrypted door", got=got, fix=fix)
