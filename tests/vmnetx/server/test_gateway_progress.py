from __future__ import annotations

import asyncio

from vmnetx.server.gateway_progress import ProgressThrottle
from vmnetx.wire.messages import StartupProgress

HOUR = 3600


async def test_the_first_is_said_at_once_and_the_rest_waits():
    said = []
    throttle = ProgressThrottle(said.append, HOUR)
    for percent in range(100):
        throttle.offer(StartupProgress(percent / 100))
    assert said == [StartupProgress(0.0)]
    throttle.close()


async def test_the_newest_is_said_when_its_time_has_come():
    said, has_come = [], asyncio.Event()

    def say(progress):
        said.append(progress)
        if progress.fraction == 1.0:
            has_come.set()

    throttle = ProgressThrottle(say, 0.001)
    for fraction in (0.0, 0.25, 0.5, 1.0):
        throttle.offer(StartupProgress(fraction))
    async with asyncio.timeout(5):
        await has_come.wait()
    assert said == [StartupProgress(0.0), StartupProgress(1.0)]
    throttle.close()


async def test_what_is_forgotten_is_never_said():
    said, later = [], asyncio.Event()
    throttle = ProgressThrottle(said.append, 0.001)
    throttle.offer(StartupProgress(0.0))
    throttle.offer(StartupProgress(0.5))
    throttle.forget()
    asyncio.get_running_loop().call_later(0.01, later.set)
    await later.wait()
    assert said == [StartupProgress(0.0)]
    throttle.close()
