"""One JSON document to one address."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from urllib.parse import urlsplit

__all__ = ["place_of", "post"]

_TIMEOUT_S = 5.0


def post(url: str, document: object) -> str:
    """Send a document; what stood in the way, without the address's path or query (they may hold secrets), or nothing."""
    body = json.dumps(document, ensure_ascii=False).encode()
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"}, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:
            answer.read(1)
    except urllib.error.HTTPError as error:
        return f"{place_of(url)} answered {error.code}"
    except urllib.error.URLError as error:
        return f"{place_of(url)} cannot be reached ({error.reason})"
    except (OSError, http.client.HTTPException) as error:
        return f"{place_of(url)} cannot be reached ({type(error).__name__})"
    return ""


def place_of(url: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}"
