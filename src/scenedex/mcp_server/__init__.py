"""The library for agents: tools of the Model Context Protocol, over stdin and stdout or over HTTP."""
