"""Run by test_clients.py in an environment that holds KServe's client: prints what it got as JSON."""

import asyncio
import json
import sys

import numpy as np
from kserve import InferInput, InferRequest
from kserve.inference_client import InferenceGRPCClient, InferenceRESTClient, RESTConfig


def request(*, binary):
    text = InferInput("text", [2, 1], "BYTES")
    amount = InferInput("amount", [2], "FP64")
    if binary:
        text.set_data_from_numpy(np.array([["refund"], ["outage"]], dtype=np.object_), binary_data=True)
        amount.set_data_from_numpy(np.array([1.5, 2.5]), binary_data=True)
    else:
        text.data, amount.data = [["refund"], ["outage"]], [1.5, 2.5]
    return InferRequest(model_name="tickets", infer_inputs=[text, amount], request_id="call-7")


def told(answer):
    labels = next(o for o in answer.outputs if o.name == "label").as_numpy().ravel().tolist()
    return {
        "labels": [v.decode() if isinstance(v, bytes) else v for v in labels],
        "shape": list(next(o for o in answer.outputs if o.name == "probabilities").as_numpy().shape),
        "id": answer.id,
    }


async def main(http_port, grpc_port):
    headers = {"x-api-key": "k1"}
    url = f"http://127.0.0.1:{http_port}"
    rest = InferenceRESTClient(RESTConfig(protocol="v2"))
    grpc = InferenceGRPCClient(f"127.0.0.1:{grpc_port}")
    print(
        json.dumps(
            {
                "rest, JSON": told(await rest.infer(url, request(binary=False), headers=headers, model_name="tickets")),
                "rest, bytes": told(await rest.infer(url, request(binary=True), headers=headers, model_name="tickets")),
                "grpc": told(await grpc.infer(request(binary=True), headers=list(headers.items()))),
                "live": [await rest.is_server_live(url), await grpc.is_server_live()],
                "ready": [
                    await rest.is_server_ready(url),
                    await grpc.is_server_ready(),
                    await rest.is_model_ready(url, "tickets", headers=headers),
                    await grpc.is_model_ready("tickets", headers=list(headers.items())),
                ],
            }
        )
    )


asyncio.run(main(*sys.argv[1:]))
