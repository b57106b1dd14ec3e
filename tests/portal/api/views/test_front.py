from __future__ import annotations


def test_the_root_leads_everywhere(client, db):
    places = client.get("/api/v1/").json()
    for name, url in places.items():
        status = client.get(url).status_code
        assert (name, status) == (name, 401 if name == "sessions" else 200)


def test_the_page_describes_every_operation(client, db):
    page = client.get("/api/v1/docs").content.decode()
    document = client.get("/api/v1/openapi.json").json()
    for operations in document["paths"].values():
        for operation in operations.values():
            assert f'id="{operation["operationId"]}"' in page


def test_the_page_is_light(client, db):
    assert len(client.get("/api/v1/docs").content) < 100_000


def test_what_is_not_there_is_said_in_json(client, db):
    answer = client.get("/api/v1/nothing")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
