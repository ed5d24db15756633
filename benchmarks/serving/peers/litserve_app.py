"""LitServe with one worker."""

import os

import litserve
import pipeline as shared


class Api(litserve.LitAPI):
    def setup(self, device):
        self.model = shared.load()

    def decode_request(self, request):
        return request["rows"]

    def predict(self, rows):
        return shared.probabilities(self.model, rows)

    def encode_response(self, output):
        return {"predictions": output.tolist()}


if __name__ == "__main__":
    litserve.LitServer(Api(), accelerator="cpu", workers_per_device=1, timeout=60).run(
        host="127.0.0.1",
        port=int(os.environ["BENCH_PORT"]),
        generate_client_file=False,
        log_level="warning",
        num_api_servers=1,
    )
