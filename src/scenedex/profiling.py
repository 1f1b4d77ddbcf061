"""Profiles for Pyroscope: which functions a process spends its time in. Off unless asked for, and then not imported."""

from collections.abc import Callable

from scenedex.errors import UsageError


def start_profiling(service: str, url: str, environment: str) -> Callable[[], None]:
    """Send samples of this process's stacks to a Pyroscope server; gives what ends it.

    Raises UsageError where the extra is not installed.
    """
    try:
        import pyroscope
    except ImportError as exc:
        raise UsageError(
            "PYROSCOPE_ENABLED is true, and profiles need Pyroscope's agent: pip install 'scenedex[profiles]', or "
            "unset it."
        ) from exc
    pyroscope.configure(application_name=service, server_address=url, tags={"environment": environment})

    def end() -> None:
        pyroscope.shutdown()

    return end
