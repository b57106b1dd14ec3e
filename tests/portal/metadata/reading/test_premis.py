from __future__ import annotations

import pytest

from olive_portal.metadata.reading import premis
from olive_portal.metadata.reading.parsing import parse
from olive_portal.metadata.records import SignificantProperty


@pytest.fixture(params=premis.NAMESPACES)
def tree(request):
    """Builds a tree in PREMIS 2 and in PREMIS 3."""
    return lambda content: parse(f'<a xmlns="{request.param}">{content}</a>'.encode())


def test_what_must_be_kept_is_read(tree):
    found = premis.significant_properties(
        tree("""<object><significantProperties>
          <significantPropertiesType>audio</significantPropertiesType>
          <significantPropertiesValue>the bell</significantPropertiesValue>
          </significantProperties><significantProperties/></object>""")
    )
    assert found == (SignificantProperty("audio", "the bell"),)


def environment(function, designation):
    return f"""<object><environmentFunction>
      <environmentFunctionType>{function}</environmentFunctionType>
      </environmentFunction>{designation}</object>"""


DESIGNATION = """<environmentDesignation><environmentName>BSD</environmentName>
  <environmentVersion>4.2</environmentVersion></environmentDesignation>"""


def test_the_operating_system_is_the_environment_that_says_so(tree):
    content = environment("hardware", "") + environment("operating system", DESIGNATION)
    assert premis.operating_system(tree(content)) == "BSD 4.2"


def test_an_environment_without_a_name_is_none(tree):
    assert premis.operating_system(tree(environment("operating system", ""))) == ""


def test_the_first_licence_with_terms_counts(tree):
    content = "<licenseTerms/><licenseTerms>MIT</licenseTerms>"
    assert premis.licence(tree(content)) == "MIT"
