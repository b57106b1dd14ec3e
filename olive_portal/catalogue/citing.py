from __future__ import annotations

from olive_portal.catalogue.models import Item, Package


def cite(item: Item, url: str, package: Package | None = None) -> str:
    """A sentence that names the makers, the title and the preserved version.

    Without `package` that is the newest.
    """
    who = "; ".join(item.makers)  # a name may have a comma: Woods, Don
    what = item.title
    if item.version:
        what += f", version {item.version}"
    if item.issued:
        what += f" ({item.issued_in_words})"
    package = package or item.current_package()
    kept = f"Olive, package version {package.number}" if package else "Olive"
    start = f"{who.rstrip('.')}. {what}" if who else what
    return f"{start}. Preserved by {kept}. {url}"
