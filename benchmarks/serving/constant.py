"""The limit for any model: the same server reads the body and answers a constant of the size of 20 probabilities."""

BODY = b'{"predictions":[[' + b",".join([b"0.0512345678"] * 20) + b"]]}"
HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(BODY))]


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})
