"""The OAI-PMH 2.0 provider: a table of rendered records, and the protocol over it.

It knows no items. Whoever has something to expose calls services.expose() in the
transaction that changes it; harvesters only read what lies here.
"""
