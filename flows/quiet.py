"""Prefect's settings that must stand in the environment before it is imported: no telemetry, a patient start."""

from __future__ import annotations

import os

SETTINGS = {
    # Telemetry: the server's heartbeat, the SDK's events, the UI's analytics.
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    # A busy machine needs more than the default 20 s to start the temporary server.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    # The server records task runs one message at a time by default: 110 s after 1,000 tasks, 12 s in batches.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "100",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
}


def quiet_prefect() -> None:
    """Puts the settings into the environment, for this process and those it starts; one that the user made stands."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
