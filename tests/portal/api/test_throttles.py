from __future__ import annotations


def statuses(client, count):
    return [client.get("/api/v1/collections").status_code for _ in range(count)]


def test_whoever_asks_too_much_is_told_when_to_go_on(client, db, settings):
    settings.OLIVE_API_RATE = 2
    assert statuses(client, 2) == [200, 200]
    answer = client.get("/api/v1/collections")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_another_address_is_another_visitor(client, db, settings):
    settings.OLIVE_API_RATE = 1
    statuses(client, 1)
    client.defaults["REMOTE_ADDR"] = "192.0.2.7"
    assert statuses(client, 1) == [200]


def test_a_header_that_anybody_can_send_makes_no_other_visitor(client, db, settings):
    settings.OLIVE_API_RATE = 1
    statuses(client, 1)
    answer = client.get("/api/v1/collections", headers={"X-Forwarded-For": "192.0.2.7"})
    assert answer.status_code == 429


def test_a_token_counts_for_its_user_and_may_more(client, their, settings):
    settings.OLIVE_API_RATE = 1
    settings.OLIVE_API_TOKEN_RATE = 3
    statuses(client, 2)
    assert statuses(their, 4) == [200, 200, 200, 429]


def test_screenshots_are_few(their, make_exhibit):
    make_exhibit()
    launched = their.post(
        "/api/v1/sessions", {"item": "rogue"}, content_type="application/json"
    )
    place = launched.headers["Location"]
    statuses = [their.get(f"{place}/screenshot").status_code for _ in range(61)]
    assert statuses == [409] * 60 + [429]
    assert their.get(place).status_code == 200
