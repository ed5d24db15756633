"""Run by test_clients.py in an environment that holds Triton's client: prints what it got as JSON."""

import json
import sys

import numpy as np
import tritonclient.grpc as triton_grpc
import tritonclient.http as triton_http
from tritonclient.utils import InferenceServerException


# The client adds its own headers to the mapping it is given, so each way gets a fresh one.
def ask(module, address, *, binary, headers, outputs):
    client = module.InferenceServerClient(address)
    text = module.InferInput("text", [3, 1], "BYTES")
    amount = module.InferInput("amount", [3], "FP64")
    vip = module.InferInput("vip", [3], "BOOL")
    options = {} if module is triton_grpc else {"binary_data": binary}
    text.set_data_from_numpy(np.array([["a refund, bitte schön"], ["outage"], ["x"]], dtype=np.object_), **options)
    amount.set_data_from_numpy(np.array([1.5, np.nan if module is triton_grpc or binary else 2.0, -3.0]), **options)
    vip.set_data_from_numpy(np.array([True, False, True]), **options)
    asked = [module.InferRequestedOutput(name, **options) for name in outputs] or None
    answer = client.infer("tickets", [text, amount, vip], outputs=asked, request_id="call-7", headers=headers)
    got = {name: answer.as_numpy(name) for name in outputs or ["label", "probability", "probabilities"]}
    texts = [v.decode() if isinstance(v, bytes) else v for v in got["label"].tolist()]
    wrong = "fine"
    try:
        client.infer("tickets", [text], model_version="99", headers=headers)
    except InferenceServerException as error:
        wrong = f"{error.status()} {error.message()}"
    meta = client.get_model_metadata("tickets", headers=headers)
    inputs = [i["name"] for i in meta["inputs"]] if module is triton_http else [i.name for i in meta.inputs]
    response = answer.get_response()
    return {
        "live": client.is_server_live(),
        "ready": client.is_server_ready() and client.is_model_ready("tickets", headers=headers),
        "inputs": inputs,
        "labels": texts,
        "sums": got["probabilities"].sum(axis=1).round(9).tolist(),
        "shape": list(got["probabilities"].shape),
        "id": response["id"] if module is triton_http else response.id,
        "wrong": wrong,
    }


def main(http_port, grpc_port):
    headers = {"x-api-key": "k1"}
    every = ["id", "label", "probability", "probabilities"]
    http, grpc = f"127.0.0.1:{http_port}", f"127.0.0.1:{grpc_port}"
    print(
        json.dumps(
            {
                "grpc": ask(triton_grpc, grpc, binary=True, headers=dict(headers), outputs=[]),
                "grpc, outputs": ask(triton_grpc, grpc, binary=True, headers=dict(headers), outputs=every),
                "http, bytes": ask(triton_http, http, binary=True, headers=dict(headers), outputs=[]),
                "http, bytes, outputs": ask(triton_http, http, binary=True, headers=dict(headers), outputs=every),
                "http, JSON": ask(triton_http, http, binary=False, headers=dict(headers), outputs=every),
            }
        )
    )


main(*sys.argv[1:])
