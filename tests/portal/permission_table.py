"""Who gets what at every address: the one table that test_permissions.py walks.

A line is: methods, URL name, its arguments | the status that a visitor, somebody who is
signed in, a curator and an administrator get, or one status if all get the same.

To add an address, add a line for each of its methods and for each kind of thing that it
treats differently (a draft, somebody else's session). An argument is sent as it stands,
but a word with a `$` is looked up among the things that test_permissions.py makes: add
yours there. The API's names (`api-…`) are asked with a token instead of a cookie.
Of a model in the admin only the list of its rows needs a line.
"""

from __future__ import annotations

from dataclasses import dataclass

ROLES = ("visitor", "signed-in", "curator", "administrator")

TABLE = """
# accounts
GET,POST,PUT                   sign-in                        | 200
GET                            sign-out                       | 405
POST                           sign-out                       | 302
GET,POST,PUT,PATCH,DELETE      admin-sign-in                  | 302

# catalogue
GET                            home                           | 200
GET                            about                          | 200
GET                            robots                         | 200
GET                            collections                    | 200
GET                            collection games               | 200
GET                            collection nowhere             | 404
GET                            search                         | 200
GET                            search-feed                    | 200
GET                            search-suggestions             | 200
GET                            opensearch                     | 200
GET                            browse                         | 200
GET                            browse-by platforms            | 200
GET                            browse-by nowhere              | 404
GET                            timeline                       | 200
GET                            item published                 | 200
GET                            item draft                     | 404 404 200 200
GET                            item withdrawn                 | 410
GET                            item nowhere                   | 404
GET                            version published 1            | 200
GET                            version published 2            | 404
GET                            version draft 1                | 404
GET                            version withdrawn 1            | 410
GET                            ark 99999/s1nothing            | 404
GET                            sitemap                        | 200
GET                            sitemap-section titles         | 200
GET                            sitemap-section nothing        | 404
GET                            document published $published-manual  | 200
GET                            document draft $draft-manual          | 404 404 200 200
GET                            document withdrawn $withdrawn-manual  | 404 404 200 200
GET                            embed published                | 200
GET                            embed draft                    | 404
GET                            embed withdrawn                | 404
GET                            oembed                         | 404
GET                            media $published-shot          | 200
GET                            media $draft-shot              | 404 404 200 200
GET                            media $withdrawn-shot          | 404 404 200 200

# oai
GET,POST                       oai                            | 200

# preservation
GET                            received-mets published        | 200
GET                            received-mets draft            | 404
GET                            received-mets withdrawn        | 404
GET                            item-record published mods.xml | 200
GET                            item-record published mods.exe | 404
GET                            item-record draft mods.xml     | 404
GET                            item-record withdrawn mods.xml | 404
GET                            version-mets published 1       | 200
GET                            version-mets published 99      | 404
GET                            version-mets withdrawn 1       | 404

# launch: a session is its visitor's, whoever else may be signed in
GET,POST                       launch published               | 302
POST                           launch draft                   | 404
POST                           launch withdrawn               | 404
GET,POST                       launch-thin published          | 302
POST                           launch-thin draft              | 404
POST                           launch-thin withdrawn          | 404
GET,POST                       launch-thick published         | 302
POST                           launch-thick draft             | 404
POST                           launch-thick withdrawn         | 404
GET,POST                       version-launch published 1          | 302
POST                           version-launch draft 1              | 404
POST                           version-launch withdrawn 1          | 404
GET,POST                       version-launch-thin published 1     | 302
POST                           version-launch-thin draft 1         | 404
POST                           version-launch-thin withdrawn 1     | 404
GET,POST                       version-launch-thick published 1    | 302
POST                           version-launch-thick draft 1        | 404
POST                           version-launch-thick withdrawn 1    | 404
GET                            play $own-session              | 200
GET                            play $other-session            | 404
GET                            session-status $own-session    | 200
GET                            session-status $other-session  | 404
POST                           session-end $own-session       | 302
POST                           session-end $other-session     | 404
POST                           session-restart $own-session   | 409
POST                           session-restart $other-session | 404
GET                            session-screenshot $own-session    | 409
GET                            session-screenshot $other-session  | 404
GET                            launch-package $token published    | 200
GET                            launch-package forged published    | 403

# news and releases
GET                            news                           | 200
GET                            news-atom                      | 200
GET                            news-rss                       | 200
GET                            post public-post               | 200
GET                            post draft-post                | 404 404 200 200
GET                            releases                       | 200
GET                            latest-release                 | 200
GET                            release-file 1.0 client.tar    | 200
GET                            release-file 2.0 client.tar    | 404 404 200 200

# tokens of one's own
GET   api-tokens                  | 302 200 200 200
POST  api-tokens                  | 302 200 200 200
POST  api-token-revoke $own-token | 302 404 302 404

# the API, with a token
GET   api-root                    | 200
GET   api-docs                    | 200
GET   api-openapi                 | 200
GET   api-collections             | 200
GET   api-collection games        | 200
GET   api-agents                  | 200
GET   api-agent $agent            | 200
GET   api-agent $draft-agent      | 404 404 200 200
GET   api-items                   | 200
GET   api-item published          | 200
GET   api-item draft              | 404 404 200 200
GET   api-item withdrawn          | 410
POST  api-items                   | 401 403 400 400
PATCH api-item published          | 401 403 428 428
PATCH api-item draft              | 401 403 428 428
GET   api-packages                | 200
GET   api-package $package        | 200
GET   api-package $draft-package  | 404 404 200 200
GET   api-search                  | 200
GET   api-sessions                | 401 200 200 200
POST  api-sessions                | 401 400 400 400
GET   api-session $program-session             | 401 404 200 404
GET   api-session $own-session                 | 401 404 404 404
DELETE api-session $program-session            | 401 404 204 404
GET   api-session-screenshot $program-session  | 401 404 409 404
GET   api-session-screenshot $other-session    | 401 404 404 404
GET   api-nowhere nothing         | 404

# admin
GET  admin:index                         | 302 302 200 200
GET  admin:accounts_user_changelist      | 302 302 403 200
GET  admin:accounts_apitoken_changelist     | 302 302 403 200
GET  admin:auth_group_changelist         | 302 302 403 200
GET  admin:catalogue_agent_changelist    | 302 302 200 200
GET  admin:catalogue_collection_changelist  | 302 302 200 200
GET  admin:catalogue_item_changelist     | 302 302 200 200
GET  admin:catalogue_package_changelist  | 302 302 200 200
GET  admin:catalogue_subject_changelist  | 302 302 200 200
GET  admin:launch_session_changelist     | 302 302 403 200
GET  admin:news_post_changelist          | 302 302 200 200
GET  admin:releases_release_changelist   | 302 302 200 200
GET  admin:preservation_item_package $published-pk  | 302 302 200 200
GET  admin:preservation_records          | 302 302 200 200
GET  admin:preservation_receivedmets_changelist  | 302 302 200 200
"""


@dataclass(frozen=True)
class Line:
    method: str
    name: str
    arguments: tuple[str, ...]
    statuses: tuple[int, ...]

    def __str__(self) -> str:
        return " ".join((self.method, self.name, *self.arguments))


def lines() -> list[Line]:
    return [line for text in TABLE.splitlines() for line in _read(text)]


def _read(text: str) -> list[Line]:
    if not text or text.startswith("#"):
        return []
    asked, _, answered = text.partition("|")
    methods, name, *arguments = asked.split()
    statuses = tuple(map(int, answered.split()))
    if len(statuses) == 1:
        statuses *= len(ROLES)
    assert len(statuses) == len(ROLES), text
    return [
        Line(method, name, tuple(arguments), statuses) for method in methods.split(",")
    ]
