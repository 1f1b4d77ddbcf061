"""What every HTTP server of scenedex stands on: one shape of failures, what lies around a request, and listening."""
