"""Weights → a graph that runs: the registry of models, their files, and ONNX Runtime."""
