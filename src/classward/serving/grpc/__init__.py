"""The Open Inference Protocol v2 over gRPC, beside HTTP in the same process, over the same data plane.

Needs the extra ``grpc``; nothing here is imported unless ``CLASSWARD_GRPC_PORT`` is set. :mod:`.server` opens the door,
:mod:`.service` answers calls, :mod:`.translate` turns messages into what every door hands to the data plane.
"""
