from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from serving_fakes import make_parts

from classward.errors import UsageError
from classward.serving.app import create_app
from classward.serving.auth import Gate
from classward.settings import Settings

ROW = {"rows": [{"text": "refund"}]}
SECRET = b"s" * 48


def pem_of(private) -> bytes:
    return private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


@pytest.fixture(scope="module")
def rsa_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def claims(**more) -> dict:
    return {"sub": "alice", "exp": time.time() + 600, "roles": ["predict", "label"], **more}


def headers_of(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}", "content-type": "application/json"}


@pytest.fixture
def client(start, tmp_path, rsa_key):
    path = tmp_path / "signer.pem"
    path.write_bytes(pem_of(rsa_key))
    return start(jwt_key_file=str(path), jwt_audience="classward", jwt_issuer="https://id.example")


def signed(rsa_key, **more) -> str:
    return jwt.encode(claims(aud="classward", iss="https://id.example", **more), rsa_key, "RS256")


def test_a_token_lets_its_owner_do_what_its_roles_say(client, rsa_key):
    headers = headers_of(signed(rsa_key, roles="predict other"))
    assert client.post("/predict", ROW, headers).status == 200
    refused = client.post("/labels", {"labels": []}, headers)
    assert (refused.status, refused.json()["code"]) == (403, "CW437")
    assert client.get("/metrics", headers).status == 403
    assert client.get("/openapi.json", headers).status == 200
    assert client.post("/predict", ROW).status == 401


def unsigned(**more) -> str:
    parts = ({"alg": "none", "typ": "JWT"}, claims(aud="classward", iss="https://id.example", **more))
    return ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts) + "."


def test_tokens_that_are_not_accepted(client, rsa_key, caplog):
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    good = signed(rsa_key)
    meant = {"aud": "classward", "iss": "https://id.example"}
    head, _, signature = good.split(".")
    elliptic = jwt.encode(
        claims(aud="classward", iss="https://id.example"), ec.generate_private_key(ec.SECP256R1()), "ES256"
    )
    bad = {
        "expired": signed(rsa_key, exp=time.time() - 120),
        "not yet": signed(rsa_key, nbf=time.time() + 600),
        "for others": jwt.encode(claims(aud="elsewhere", iss="https://id.example"), rsa_key, "RS256"),
        "for nobody": jwt.encode(claims(iss="https://id.example"), rsa_key, "RS256"),
        "by others": jwt.encode(claims(aud="classward", iss="https://evil.example"), rsa_key, "RS256"),
        "signed by others": signed(other),
        "without a subject": jwt.encode({"exp": time.time() + 60, **meant}, rsa_key, "RS256"),
        "without an end": jwt.encode({"sub": "a", **meant}, rsa_key, "RS256"),
        "not signed": unsigned(),
        "another algorithm": elliptic,
        "changed": f"{head}.{base64.urlsafe_b64encode(b'{}').decode()}.{signature}",
        "garbage": "eyJ.eyJ.x",
    }  # fmt: skip
    with caplog.at_level(logging.DEBUG):
        for what, token in bad.items():
            response = client.post("/predict", ROW, headers_of(token))
            assert (response.status, response.json()["code"]) == (401, "CW436"), what
            assert token not in response.body.decode(), what
            assert token not in caplog.text, what
    assert client.app.worker.parts.writer.rows() == []


def test_a_public_key_is_no_shared_secret(start, tmp_path, rsa_key):
    path = tmp_path / "signer.pem"
    path.write_bytes(pem_of(rsa_key))
    client = start(jwt_key_file=str(path))
    forged = {"alg": "HS256", "typ": "JWT"}
    text = ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in (forged, claims()))
    tag = hmac.new(path.read_bytes().strip(), text.encode(), hashlib.sha256).digest()
    token = f"{text}.{base64.urlsafe_b64encode(tag).rstrip(b'=').decode()}"
    assert client.post("/predict", ROW, headers_of(token)).status == 401


def test_a_shared_secret_and_keys_beside_tokens(start, tmp_path):
    path = tmp_path / "secret"
    path.write_bytes(SECRET + b"\n")
    client = start(jwt_key_file=str(path), jwt_algorithm="HS256", api_keys=("k1",))
    assert client.post("/predict", ROW, headers_of(jwt.encode(claims(), SECRET, "HS256"))).status == 200
    assert client.post("/predict", ROW, headers_of("k1")).status == 200
    assert client.post("/predict", ROW, headers_of("k2")).status == 403


def test_a_remembered_token_ends_when_it_says(tmp_path):
    path = tmp_path / "secret"
    path.write_bytes(SECRET)
    now = [time.time()]
    gate = Gate(Settings(jwt_key_file=str(path), jwt_algorithm="HS256"), now_s=lambda: now[0])
    headers = [(b"authorization", b"Bearer " + jwt.encode(claims(exp=time.time() + 1), SECRET, "HS256").encode())]
    caller = gate.check(headers, role="predict")
    assert caller == gate.check(headers, role="predict")
    assert (caller.name, caller.logged) == (b"sub:alice", "sub:alice")
    assert gate._tokens is not None
    asked = []
    gate._tokens._claims = lambda token: asked.append(token) or claims()
    now[0] += 5
    gate.check(headers)
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("content", "algorithm", "said"),
    [
        (None, "RS256", "No such file"),
        (b"short", "HS256", "5 bytes"),
        (b"s" * 48, "RS256", "no PEM"),
        (b"-----BEGIN PUBLIC KEY-----" + b"s" * 48, "HS256", "PEM key with HS256"),
        (b"s" * 48, "none", "algorithm"),
    ],
)
def test_settings_that_would_be_weak_are_refused_at_start(tmp_path, content, algorithm, said):
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match="CW438") as caught:
        create_app(make_parts(tmp_path, jwt_key_file=str(path), jwt_algorithm=algorithm))
    assert said in str(caught.value)
    assert "ssssss" not in str(caught.value)


def test_tokens_open_other_hosts_as_keys_do(tmp_path):
    path = tmp_path / "secret"
    path.write_bytes(SECRET)
    create_app(make_parts(tmp_path, host="0.0.0.0", jwt_key_file=str(path), jwt_algorithm="HS256"))


def test_keys_have_roles(start):
    client = start(api_keys=("predict:p1", "label+metrics:l1", "a1"))
    asked = {
        "p1": [200, 403, 403],
        "l1": [403, 422, 200],
        "a1": [200, 422, 200],
        "predict:p1": [403, 403, 403],
    }
    for key, statuses in asked.items():
        headers = {"x-api-key": key, "content-type": "application/json"}
        got = [
            client.post("/predict", ROW, headers).status,
            client.post("/labels", {"labels": []}, headers).status,
            client.get("/metrics", headers).status,
        ]
        assert got == statuses, key


@pytest.mark.parametrize("key", ["predct:k", "predict+:k", ":k", "predict:"])
def test_roles_that_do_not_exist_are_refused_at_start_without_telling_the_key(tmp_path, key):
    with pytest.raises(UsageError, match="CW435"):
        create_app(make_parts(tmp_path, api_keys=(key,)))
