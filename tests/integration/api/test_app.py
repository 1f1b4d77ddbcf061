"""What lies around every request, and the one shape of failures."""

from fastapi.testclient import TestClient


def test_an_unknown_path_is_a_failure_in_the_one_shape(client: TestClient) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert answer.json() == {"error": {"code": "not_found", "message": "Not Found.", "detail": None}}
