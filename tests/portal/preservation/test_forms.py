from __future__ import annotations

from olive_portal.preservation.forms import PackageForm, WithdrawalForm


def test_a_package_is_needed():
    assert "package" in PackageForm({}, {}).errors


def test_a_withdrawal_needs_a_reason():
    assert "reason" in WithdrawalForm({"reason": " "}).errors
    assert WithdrawalForm({"reason": "The heirs asked."}).is_valid()
