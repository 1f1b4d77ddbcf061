"""Requests made up from the app's own OpenAPI: every operation, with values that its schema takes, at random."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, ClassVar
from uuid import UUID

from fastapi import FastAPI

WORDS = ("car", "the crown jewels", '"gone for ever"', "red then blue")

LIKELY = {"query": 0.8, "scene_id": 0.9, "video_ids": 0.7, "image": 0.0, "box": 0.05}
"""How often an optional part is there, so that most questions make sense; one in four for the rest."""

HEADERS = {"tus-resumable": "1.0.0", "upload-offset": "4", "upload-length": "10"}
"""What makes sense in a header that has a grammar of its own."""


@dataclass
class Chosen:
    """One request. `ids` are those of another owner in it, and as often as not there are several."""

    method: str
    path: str
    query: dict[str, Any]
    body: Any
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes | None = None
    ids: frozenset[str] = frozenset()


class Operations:
    """Every operation of an app, and requests for them."""

    SKIPPED: ClassVar = {"/api/v1/session"}  # who signs in does not ask with a key

    def __init__(self, app: FastAPI) -> None:
        self.schema = app.openapi()
        self.all = [
            (method.upper(), path, operation)
            for path, item in self.schema["paths"].items()
            for method, operation in item.items()
            if path not in self.SKIPPED
        ]

    def requests(self, ids: Mapping[str, list[Any]], random: Random, count: int) -> Iterator[Chosen]:
        """`count` of them, over all operations in turn. `ids`: by kind of id, `uuid` or `integer`."""
        for number in range(count):
            method, path, operation = self.all[number % len(self.all)]
            yield Maker(self.schema, ids, random).request(method, path, operation)


class Maker:
    """Makes the values of one request, and keeps which of the ids are in it."""

    def __init__(self, schema: dict[str, Any], ids: Mapping[str, list[Any]], random: Random) -> None:
        self.schema, self.ids, self.random = schema, ids, random
        self.used: set[str] = set()

    def request(self, method: str, path: str, operation: dict[str, Any]) -> Chosen:
        query, headers = {}, {}
        for parameter in operation.get("parameters", []):
            name, place = parameter["name"], parameter["in"]
            if place == "path":
                value = self.value(parameter["schema"], name)
                path = path.replace(f"{{{name}}}", str(value))
            elif name in HEADERS:
                headers[name] = HEADERS[name]
            elif self.random.random() < 0.4 or parameter.get("required"):
                value = self.value(parameter["schema"], name)
                if value is not None:
                    {"query": query, "header": headers}.get(place, {})[name] = value
        text = {name: str(value) for name, value in headers.items()}
        body, content = None, None
        kinds = operation.get("requestBody", {}).get("content", {})
        if "application/json" in kinds:
            body = self.value(kinds["application/json"]["schema"], "")
        elif kinds:
            text["Content-Type"], content = next(iter(kinds)), b"abcd"
        return Chosen(method, path, query, body, text, content, frozenset(self.used))

    def value(self, schema: dict[str, Any], name: str) -> Any:
        if "$ref" in schema:
            return self.value(self.schema["components"]["schemas"][schema["$ref"].rpartition("/")[2]], name)
        if "enum" in schema or "const" in schema:
            return self.random.choice(schema.get("enum", [schema.get("const")]))
        for several in ("anyOf", "oneOf", "allOf"):
            if several in schema:
                some = [part for part in schema[several] if part.get("type") != "null"]
                parts = schema[several] if self.random.random() < 0.2 else some
                return self.value(self.random.choice(parts), name)
        return getattr(self, f"_{schema.get('type', 'null')}")(schema, name)

    def _object(self, schema: dict[str, Any], name: str) -> dict[str, Any]:
        needed = schema.get("required", [])
        return {
            key: self.value(part, key)
            for key, part in schema.get("properties", {}).items()
            if key in needed or self.random.random() < LIKELY.get(key, 0.25)
        }

    def _array(self, schema: dict[str, Any], name: str) -> list[Any]:
        least = schema.get("minItems", 0)
        count = max(least, min(self.random.randint(0, 2), schema.get("maxItems", 2)))
        if "prefixItems" in schema:
            return [self.value(part, name) for part in schema["prefixItems"]]
        return [self.value(schema.get("items", {"type": "string"}), name) for _ in range(count)]

    def _string(self, schema: dict[str, Any], name: str) -> Any:
        if schema.get("format") == "uuid":
            return self._id("uuid")
        if schema.get("format") == "date-time":
            return "2020-01-01T00:00:00+00:00" if name.endswith("after") else "2099-01-01T00:00:00+00:00"
        return self.random.choice(WORDS)  # no id: what is kept of a text is shown to its owner again

    def _integer(self, schema: dict[str, Any], name: str) -> Any:
        if name.endswith("_id") and self.ids.get("integer"):
            return self._id("integer")
        return self.random.randint(int(schema.get("minimum", 0)), int(min(schema.get("maximum", 20), 20)))

    def _number(self, schema: dict[str, Any], name: str) -> float:
        least = float(schema.get("minimum", 0))
        return 100.0 if name.startswith(("max", "to_")) else least + self.random.choice((0.25, 0.5, 1.0))

    def _boolean(self, schema: dict[str, Any], name: str) -> bool:
        return self.random.random() < 0.5

    def _null(self, schema: dict[str, Any], name: str) -> None:
        return None

    def _id(self, kind: str) -> Any:
        chosen = self.random.choice(self.ids[kind])
        self.used.add(str(chosen))
        return str(chosen) if isinstance(chosen, UUID) else chosen


def replaced(value: Any, other: Mapping[str, str]) -> Any:
    """The same with other ids."""
    if isinstance(value, dict):
        return {key: replaced(item, other) for key, item in value.items()}
    if isinstance(value, list):
        return [replaced(item, other) for item in value]
    if isinstance(value, str):
        for one, another in other.items():
            if len(one) > 20:
                value = value.replace(one, another)
        return value
    if isinstance(value, int) and not isinstance(value, bool) and str(value) in other:
        return int(other[str(value)])
    return value
