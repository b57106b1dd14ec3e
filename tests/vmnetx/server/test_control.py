"""The API on a real socket, asked by aiohttp's client; spec 2's statuses."""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from datetime import datetime

import pytest
from aiohttp import ClientSession, web

from tests.vmnetx.server.conftest import KEY, becomes
from vmnetx.server.control import Addresses, Control
from vmnetx.server.gateway import Gateway
from vmnetx.server.metrics import Metrics
from vmnetx.server.registry import Room
from vmnetx.server.viewer import Viewer

ADDRESSES = Addresses("cloud.example.org", 18923, "wss://cloud.example.org/screens")


def control(registry):
    viewer = Viewer(registry.get, frozenset())
    metrics = Metrics(registry, Gateway(registry.get), viewer)
    return Control(registry, KEY, ADDRESSES, metrics)


@asynccontextmanager
async def serving(registry):
    runner = web.AppRunner(control(registry).application())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    base = f"http://{host}:{port}"
    async with ClientSession(base, headers={"X-Secret-Key": KEY}) as session:
        yield session
    await runner.cleanup()


@pytest.fixture
async def api(registry):
    async with serving(registry) as session:
        yield session


@pytest.fixture
def wanted(packages):
    return {"url": (packages / "echo.nxpk").as_uri(), "user_ident": "alice"}


async def create(api, wanted):
    answer = await api.post("/instance", json=wanted)
    assert answer.status == 200
    return await answer.json()


async def error(answer):
    assert answer.content_type == "application/json"
    body = await answer.json()
    assert list(body) == ["error"]
    return answer.status, body["error"]


async def test_an_instance_is_created_with_its_secrets(api, wanted, registry):
    made = await create(api, wanted)
    instance = registry.get(made["id"])
    assert re.fullmatch("[A-Z2-7]{16}", made["id"])
    assert made["url"] == f"vmnetx://cloud.example.org/{instance.token}"
    place = f"wss://cloud.example.org/screens/viewer/{made['id']}"
    assert made["viewer_url"] == place
    assert (made["memory"], made["memory_detail"]) == ("none", "")
    assert made["progress"] is None
    assert made["viewer_token"] == instance.facts.viewer_token


async def test_it_is_not_started_unless_asked(api, wanted, registry):
    assert (await create(api, wanted))["status"] == "pending"
    made = await create(api, wanted | {"start": True})
    assert made["status"] == "starting"
    await becomes(registry.get(made["id"]), "running")


async def test_no_secret_is_shown_again(api, wanted, registry):
    made = await create(api, wanted)
    auth_code = registry.get(made["id"]).facts.auth_code
    for path in ("/instance", f"/instance/{made['id']}"):
        shown = await (await api.get(path)).text()
        assert made["id"] in shown
        assert made["viewer_token"] not in shown
        assert auth_code not in shown


async def test_the_list_says_what_2015_said(api, wanted):
    made = await create(api, wanted)
    listed = await (await api.get("/instance")).json()
    assert list(listed) == ["current_time", "instances"]
    (row,) = listed["instances"]
    assert row["id"] == made["id"]
    assert row["vm_name"] == "Echo"
    assert row["user_ident"] == "alice"
    assert row["status"] == "pending"
    for moment in (listed["current_time"], row["last_seen"]):
        assert datetime.fromisoformat(moment).utcoffset().total_seconds() == 0


async def test_one_is_shown_by_its_id(api, wanted):
    made = await create(api, wanted)
    shown = await (await api.get(f"/instance/{made['id']}")).json()
    assert shown.items() <= made.items()


async def test_destroying_ends_it(api, wanted, registry):
    made = await create(api, wanted)
    path = f"/instance/{made['id']}"
    answer = await api.delete(path)
    assert (answer.status, await answer.read()) == (204, b"")
    while registry.get(made["id"]) is not None:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    assert await error(await api.delete(path)) == (404, "There is no such instance")


async def test_a_machine_is_restarted(api, instance):
    path = f"/instance/{instance.id}/restart"
    assert (await api.post(path)).status == 204
    assert instance.status == "stopping"
    await becomes(instance, "running")
    instance.destroy()
    assert (await error(await api.post(path)))[0] == 409


async def test_a_running_machine_has_a_screenshot(api, instance):
    answer = await api.get(f"/instance/{instance.id}/screenshot")
    assert (answer.status, answer.content_type) == (200, "image/png")
    assert (await answer.read()).startswith(b"\x89PNG\r\n")


async def test_a_machine_that_is_off_has_none(api, wanted):
    made = await create(api, wanted)
    answer = await api.get(f"/instance/{made['id']}/screenshot")
    assert await error(answer) == (409, "The machine is not running")


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (None, "Missing secret key"),
        ("", "Incorrect secret key"),
        ("wrong", "Incorrect secret key"),
        ("a-secret-keü", "Incorrect secret key"),
    ],
)
@pytest.mark.parametrize("path", ["/instance", "/instance/x", "/nowhere"])
async def test_without_the_key_nothing_is_told(api, key, said, path):
    headers = {} if key is None else {"X-Secret-Key": key}
    async with ClientSession(api._base_url, headers=headers) as stranger:
        assert await error(await stranger.get(path)) == (403, said)


async def test_figures_need_no_key_and_name_nobody(api, wanted):
    made = await create(api, wanted)
    async with ClientSession(api._base_url) as stranger:
        answer = await stranger.get("/metrics")
        figures = await answer.text()
    assert answer.content_type == "text/plain"
    assert 'vmnetx_creations_total{status="200"} 1.0' in figures
    assert 'vmnetx_instances{status="pending"} 1.0' in figures
    for name in (made["id"], made["vm_name"], "alice"):
        assert name not in figures


async def test_refused_creations_are_counted_by_their_status(api):
    await api.post("/instance", json={"url": "https://elsewhere.example/a.nxpk"})
    figures = await (await api.get("/metrics")).text()
    assert 'vmnetx_creations_total{status="400"} 1.0' in figures


async def test_health_needs_no_key(api):
    async with ClientSession(api._base_url) as stranger:
        answer = await stranger.get("/health")
        assert (answer.status, await answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/instance/", 404),
        ("GET", "/instance/AAAQEAYEAUDAOCAJ", 404),
        ("POST", "/instance/AAAQEAYEAUDAOCAJ/restart", 404),
        ("GET", "/instance/AAAQEAYEAUDAOCAJ/screenshot", 404),
        ("PUT", "/instance", 405),
    ],
)
async def test_what_is_not_there_is_told_as_json(api, method, path, status):
    assert (await error(await api.request(method, path)))[0] == status


async def test_a_bad_body_is_told(api):
    answer = await api.post("/instance", data=b"url=x")
    assert await error(answer) == (400, "Invalid request JSON")


async def test_a_body_without_a_type_is_read_as_json(api, wanted):
    answer = await api.post("/instance", json=wanted, headers={"Content-Type": "a/b"})
    assert answer.status == 200


async def test_a_body_is_bounded(api):
    answer = await api.post("/instance", data=b" " * 100_000)
    assert (await error(answer))[0] == 413


async def test_a_url_that_is_not_allowed_is_told(api):
    for url in ("http://169.254.169.254/latest", "file:///etc/passwd"):
        answer = await api.post("/instance", json={"url": url})
        assert (await error(answer))[0] == 400


async def test_a_bad_package_is_told(api, packages):
    url = (packages / "disk.img").as_uri()
    answer = await api.post("/instance", json={"url": url})
    assert (await error(answer))[0] == 422


async def test_a_full_server_says_when_to_come_again(make_registry, wanted):
    registry = make_registry(Room(instances=1, memory_bytes=2**40))
    await registry.adopt()
    async with serving(registry) as api:
        await create(api, wanted)
        answer = await api.post("/instance", json=wanted)
        assert answer.headers["Retry-After"] == "15"
        assert (await error(answer))[0] == 503


async def test_a_stopping_server_says_so_before_it_looks_at_the_key(api, registry):
    await registry.close()
    async with ClientSession(api._base_url) as stranger:
        for path in ("/instance", "/health"):
            answer = await stranger.get(path)
            assert "Retry-After" in answer.headers
            assert (await error(answer))[0] == 503
