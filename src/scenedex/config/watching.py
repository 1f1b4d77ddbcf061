"""Of what watches a server from inside: traces and profiles, both off unless set."""

from pydantic import Field

from scenedex.config.logs import LogSettings
from scenedex.config.values import Url


class WatchingSettings(LogSettings):
    """Where traces and profiles go."""

    otel_exporter_otlp_endpoint: Url | None = Field(
        default=None,
        description="a collector that speaks OTLP over HTTP, such as http://localhost:4318: traces go there; needs the "
        "extra traces",
    )
    otel_exporter_otlp_traces_endpoint: Url | None = Field(
        default=None,
        description="the same for traces alone, with its path; before OTEL_EXPORTER_OTLP_ENDPOINT",
    )
    otel_sdk_disabled: bool = Field(default=False, description="true: no traces, whatever else is set")
    pyroscope_enabled: bool = Field(
        default=False, description="true: profiles are sent to Pyroscope; needs the extra profiles"
    )
    pyroscope_url: Url = Field(default="http://localhost:4040", description="Pyroscope's server")
    environment: str = Field(
        default="production", min_length=1, description="what profiles are labelled with"
    )

    def traces(self) -> bool:
        """Whether traces are sent anywhere."""
        named = self.otel_exporter_otlp_traces_endpoint or self.otel_exporter_otlp_endpoint
        return bool(named) and not self.otel_sdk_disabled
