from __future__ import annotations

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path
from django.views.generic import RedirectView

from olive_portal.accounts import views

urlpatterns = [
    path(
        "sign-in",
        LoginView.as_view(template_name="accounts/sign_in.html"),
        name="sign-in",
    ),
    path("sign-out", LogoutView.as_view(), name="sign-out"),
    path("account/api-tokens", views.api_tokens, name="api-tokens"),
    path(
        "account/api-tokens/<int:pk>/revoke",
        views.revoke_api_token,
        name="api-token-revoke",
    ),
    # Included before the admin, so that the house has one door.
    path(
        "admin/login/",
        RedirectView.as_view(pattern_name="sign-in", query_string=True),
        name="admin-sign-in",
    ),
]
