"""The long-running process: HTTP doors that translate and delegate to the one data plane.

Start reading at :mod:`classward.serving.app` (a request's way through) and :mod:`classward.serving.worker` (what one
process holds and watches); :mod:`classward.serving.run` starts processes.
"""
