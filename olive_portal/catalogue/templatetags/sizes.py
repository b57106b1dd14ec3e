from __future__ import annotations

from django import template

register = template.Library()
UNITS = ("bytes", "KB", "MB", "GB", "TB")


@register.filter
def size(count: int) -> str:
    """`9646899` as `9.2 MB`; steps of 1024, as the machines themselves counted."""
    value, unit = float(count), 0
    while value >= 1024 and unit < len(UNITS) - 1:
        value, unit = value / 1024, unit + 1
    # A no-break space: the number and its unit stay on one line.
    return f"{value:.1f}".removesuffix(".0") + f"\N{NO-BREAK SPACE}{UNITS[unit]}"
