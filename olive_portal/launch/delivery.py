"""A package's bytes as an HTTP answer: HEAD, GET, Range (RFC 9110; vmnetx spec 5.2)."""

from __future__ import annotations

from typing import IO, Any
from urllib.parse import quote

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, parse_http_date_safe

from olive_portal.catalogue.models import Package
from olive_portal.launch import ranges

MEDIA_TYPE = "application/x-vmnetx-package"
# One read() where the web server has no sendfile.
BLOCK = 256 * 1024


class Window:
    """The part of a file that one answer sends.

    It has no seek() and no tell(), so that FileResponse leaves our Content-Length
    alone, but a fileno(): gunicorn sends Content-Length bytes from where the
    descriptor stands, without the bytes ever passing through Python.
    """

    def __init__(self, file: IO[bytes], span: ranges.Span) -> None:
        file.seek(span.first)
        self._file = file
        self._left = span.length
        self.fileno = file.fileno
        self.close = file.close

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        data = self._file.read(wanted)
        self._left -= len(data)
        return data


def respond(request: HttpRequest, package: Package, *, name: str) -> HttpResponseBase:
    """The whole of `package`, the part that Range asks for, or why neither."""
    answer = _answer(request, package)
    answer.headers["ETag"] = package.etag
    answer.headers["Last-Modified"] = http_date(_modified(package))
    answer.headers["Accept-Ranges"] = "bytes"
    # no-transform: a proxy that gzips would break every length and offset.
    answer.headers["Cache-Control"] = "private, no-transform"
    if answer.status_code in {200, 206}:
        answer.headers["Content-Type"] = MEDIA_TYPE
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}.nxpk"'
    return answer


def _answer(request: HttpRequest, package: Package) -> HttpResponseBase:
    # 412 or 304, where If-Match, If-None-Match or their dates ask for it.
    condition = get_conditional_response(
        request, etag=package.etag, last_modified=_modified(package)
    )
    if condition is not None:
        return condition
    if settings.OLIVE_X_ACCEL_PREFIX:
        return _handed_to_nginx(package)
    if request.method == "HEAD":
        return HttpResponse(headers={"Content-Length": str(package.size)})
    return _bytes(request, package)


def _bytes(request: HttpRequest, package: Package) -> HttpResponseBase:
    try:
        span = _asked(request, package)
    except ranges.Unsatisfiable:
        size = f"bytes */{package.size}"
        return HttpResponse(
            status=416, content_type="text/plain", headers={"Content-Range": size}
        )
    if span is None:
        return _part(package, ranges.Span(0, package.size))
    answer = _part(package, span)
    answer.status_code = 206
    answer.headers["Content-Range"] = span.content_range(package.size)
    return answer


def _modified(package: Package) -> int:
    # Not the file's own time: that differs between hosts and copies.
    return int((package.published_at or package.created_at).timestamp())


def _asked(request: HttpRequest, package: Package) -> ranges.Span | None:
    header = request.headers.get("Range")
    if header is None or not _if_range_holds(request, package):
        return None
    return ranges.parse(header, package.size)


def _if_range_holds(request: HttpRequest, package: Package) -> bool:
    """RFC 9110, 13.1.5: the same strong ETag, or exactly the same date."""
    condition = request.headers.get("If-Range")
    if condition is None:
        return True
    if '"' in condition:
        return condition.strip() == package.etag
    return parse_http_date_safe(condition) == _modified(package)


def _part(package: Package, span: ranges.Span) -> FileResponse:
    window: Any = Window(package.file.storage.open(str(package.file.name)), span)
    answer = FileResponse(window, content_type=MEDIA_TYPE)
    answer.block_size = BLOCK
    answer.headers["Content-Length"] = str(span.length)
    return answer


def _handed_to_nginx(package: Package) -> HttpResponse:
    """nginx answers HEAD and Range itself: docs/howto/run-behind-nginx.md."""
    path = settings.OLIVE_X_ACCEL_PREFIX + quote(str(package.file.name))
    return HttpResponse(headers={"X-Accel-Redirect": path})
