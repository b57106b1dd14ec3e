from __future__ import annotations

from typing import cast

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from olive_portal.accounts import tokens
from olive_portal.accounts.models import ApiToken, User


class TokenForm(forms.Form):
    name = forms.CharField(label="What it is for", max_length=100)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def api_tokens(request: HttpRequest) -> HttpResponse:
    user = cast("User", request.user)
    form = TokenForm(request.POST or None)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        # Shown in this answer and never again: no redirect could carry it safely.
        row, secret = tokens.make(user=user, name=form.cleaned_data["name"])
        context = {"form": TokenForm(), "made": row, "secret": secret}
    context["tokens"] = user.api_tokens.all()
    return render(request, "accounts/api_tokens.html", context)


@require_POST
@login_required
def revoke_api_token(request: HttpRequest, pk: int) -> HttpResponse:
    user = cast("User", request.user)
    token = get_object_or_404(ApiToken, pk=pk, user=user)
    tokens.revoke(token=token)
    return redirect("api-tokens")
