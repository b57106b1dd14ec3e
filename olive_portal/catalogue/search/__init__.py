"""Finding titles: full text in the database, facets in memory.

questions  ->  finding  ->  holdings (which items have which values)
                        ->  matching (which items have which words)

docs/decisions/ says why it is built like this.
"""

from __future__ import annotations
