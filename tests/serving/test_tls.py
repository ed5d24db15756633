from __future__ import annotations

import datetime
import http.client
import ipaddress
import json
import socket
import ssl
from pathlib import Path

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from classward.errors import UsageError
from classward.serving.grpc.messages import SERVICE, messages
from classward.serving.tls import check_tls, scheme_of
from classward.settings import Settings


def write_certificate(folder: Path, name: str) -> tuple[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert, private = folder / f"{name}.pem", folder / f"{name}.key"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return str(cert), str(private)


def test_files_that_belong_together_are_taken(tmp_path):
    cert, key = write_certificate(tmp_path, "server")
    settings = Settings(tls_cert_file=cert, tls_key_file=key, tls_client_ca_file=cert)
    check_tls(settings)
    assert (scheme_of(settings), scheme_of(Settings())) == ("https", "http")


def test_files_that_do_not_are_refused_before_anything_starts(tmp_path):
    cert, key = write_certificate(tmp_path, "server")
    _, other = write_certificate(tmp_path, "other")
    for settings in (
        Settings(tls_cert_file=cert),
        Settings(tls_key_file=key),
        Settings(tls_client_ca_file=cert),
        Settings(tls_cert_file=cert, tls_key_file=other),
        Settings(tls_cert_file=key, tls_key_file=key),
        Settings(tls_cert_file=str(tmp_path / "none"), tls_key_file=key),
        Settings(tls_cert_file=cert, tls_key_file=key, tls_client_ca_file=key),
    ):
        with pytest.raises(UsageError, match="CW439"):
            check_tls(settings)


def _ask(connection: http.client.HTTPConnection) -> int:
    connection.request("GET", "/health")
    return connection.getresponse().status


@pytest.mark.slow
def test_http_and_grpc_are_encrypted_and_ask_for_client_certificates(serve, tmp_path, monkeypatch):
    cert, key = write_certificate(tmp_path, "server")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    trusted = ssl.create_default_context(cafile=cert)
    trusted.load_cert_chain(cert, key)

    def connect(server, context=trusted):
        return http.client.HTTPSConnection("127.0.0.1", server.port, timeout=20, context=context)

    monkeypatch.setattr("server_process.Server.connect", connect)
    server = serve(tls_cert_file=cert, tls_key_file=key, tls_client_ca_file=cert, grpc_port=port)
    connection = connect(server)
    connection.request(
        "POST", "/predict", json.dumps({"rows": [{"text": "refund"}]}), {"Content-Type": "application/json"}
    )
    assert connection.getresponse().status == 200
    connection.close()
    stranger = connect(server, ssl.create_default_context(cafile=cert))
    with pytest.raises((ssl.SSLError, ConnectionError, http.client.RemoteDisconnected)):
        _ask(stranger)
    stranger.close()
    kinds = messages()
    pem, secret = Path(cert).read_bytes(), Path(key).read_bytes()
    for own, is_let_in in (((secret, pem), True), ((None, None), False)):
        credentials = grpc.ssl_channel_credentials(pem, *own)
        with grpc.secure_channel(f"localhost:{port}", credentials) as channel:
            call = channel.unary_unary(
                f"/{SERVICE}/ServerLive",
                request_serializer=kinds["ServerLiveRequest"].SerializeToString,
                response_deserializer=kinds["ServerLiveResponse"].FromString,
            )
            if is_let_in:
                assert call(kinds["ServerLiveRequest"](), timeout=10).live
            else:
                with pytest.raises(grpc.RpcError):
                    call(kinds["ServerLiveRequest"](), timeout=3)
