from __future__ import annotations

from django.db import transaction

from olive_portal.accounts.models import User

ADMINISTRATOR = "admin"


@transaction.atomic
def ensure_administrator(*, password: str) -> bool:
    """Make the user `admin` with `password`, unless there is one. Says if it did.

    An administrator who was renamed, or whose password was changed, stays as they are:
    wherever any superuser exists, nothing is made. Two callers at once make one user.
    """
    if User.objects.filter(is_superuser=True).exists():
        return False
    user, is_new = User.objects.get_or_create(
        username=ADMINISTRATOR, defaults={"is_staff": True, "is_superuser": True}
    )
    if is_new:
        user.set_password(password)
        user.save(update_fields=["password"])
    return is_new
