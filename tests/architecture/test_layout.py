"""What the linters cannot say about the layout."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).parents[2]
TESTED_THROUGH_OTHERS = {
    "__init__.py",
    "__main__.py",
    "admin.py",
    "apps.py",
    "celery.py",
    "cli.py",
    "errors.py",
    "http.py",
    "settings.py",
    "urls.py",
    "wsgi.py",
}


def modules(package):
    """Every module of `package` that holds code of its own."""
    for path in sorted((ROOT / package).rglob("*.py")):
        if "migrations" not in path.parts and path.name not in TESTED_THROUGH_OTHERS:
            yield path.relative_to(ROOT)


def test_collections_holds_data_only():
    """A package of this name would hide the standard library's from Python itself."""
    assert list((ROOT / "collections").rglob("*.py")) == []


def test_what_a_new_portal_begins_with_is_data_only():
    assert {path.suffix for path in (ROOT / "news").iterdir()} == {".toml"}


@pytest.mark.parametrize(
    ("package", "tests"), [("olive_portal", "portal"), ("vmnetx", "vmnetx")]
)
def test_every_module_has_its_test_file(package, tests):
    """olive_portal/launch/tokens.py is tested by tests/portal/launch/test_tokens.py."""
    missing = []
    for path in modules(package):
        mirror = Path("tests", tests, *path.parts[1:-1], f"test_{path.name}")
        if not (ROOT / mirror).exists():
            missing.append(str(mirror))
    assert missing == []


def test_vmnetx_imports_without_django():
    names = ", ".join(".".join(m.with_suffix("").parts) for m in modules("vmnetx"))
    code = f"import sys, {names}; sys.exit('django' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def variables_read():
    """The OLIVE_* variables that settings, scripts and the deployment read."""
    found = set()
    for folder in ("olive_portal", "deploy", "script"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix in {"", ".py", ".conf"}:
                found |= set(re.findall(r"\bOLIVE_[A-Z_]*[A-Z]\b", path.read_text()))
    return found


def test_every_variable_is_documented_and_no_other():
    manual = (ROOT / "docs/reference/settings.md").read_text()
    documented = re.findall(r"^## `(OLIVE_\w+)`", manual, re.MULTILINE)
    assert sorted(documented) == sorted(variables_read())


def test_every_direct_dependency_has_its_licence_listed():
    listed = (ROOT / "docs/reference/dependencies.md").read_text().lower()
    imported = set()
    for path in [*modules("olive_portal"), *modules("vmnetx")]:
        source = (ROOT / path).read_text()
        imported |= set(re.findall(r"^(?:from|import) (\w+)", source, re.MULTILINE))
    third_party = imported - set(sys.stdlib_module_names) - {"olive_portal", "vmnetx"}
    distributions = {
        "PIL": "pillow",
        "csp": "django-csp",
        "drf_spectacular": "drf-spectacular",
        "markdown_it": "markdown-it-py",
        "prometheus_client": "prometheus-client",
        "qemu": "qemu.qmp",
        "rest_framework": "djangorestframework",
    }
    for name in sorted(third_party):
        assert f"| {distributions.get(name, name).lower()}" in listed or (
            f", {name}" in listed
        ), name


@pytest.mark.django_db
def test_models_and_migrations_agree():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_documentation_links_to_pages_that_exist():
    broken = []
    for page in [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            if not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert broken == []


def test_each_decision_has_a_number_of_its_own():
    numbers = [path.name[:4] for path in (ROOT / "docs/decisions").glob("*.md")]
    assert sorted(numbers) == [f"{n:04}" for n in range(1, len(numbers) + 1)]
