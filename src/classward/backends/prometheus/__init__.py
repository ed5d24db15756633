"""Prometheus, Alertmanager and Grafana: files that make them watch what the server exports."""

from classward.backends.prometheus.dashboard import grafana_files
from classward.backends.prometheus.files import prometheus_files

__all__ = ["grafana_files", "prometheus_files"]
