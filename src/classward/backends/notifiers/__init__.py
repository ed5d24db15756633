"""Places that alerts are told at (fulfil ``ports.Notifier``)."""

from classward.backends.notifiers.alertmanager import AlertmanagerPlace
from classward.backends.notifiers.file import FilePlace
from classward.backends.notifiers.heartbeat import HeartbeatPlace
from classward.backends.notifiers.services import ServicesPlace
from classward.backends.notifiers.webhook import WebhookPlace

__all__ = ["AlertmanagerPlace", "FilePlace", "HeartbeatPlace", "ServicesPlace", "WebhookPlace"]
