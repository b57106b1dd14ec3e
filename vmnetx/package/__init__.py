"""The .nxpk package format: a zip file with a manifest, a virtual machine's hardware,
its disk and, where there is one, its memory.

    open_package(source)  ->  Package: what was checked, and where the images lie
    write_package(path)   ->  a package that open_package accepts

Reading does no more I/O than its source: a local file or an HTTP server with ranges.
docs/reference/package-format.md is the format, exactly.
"""

from __future__ import annotations
