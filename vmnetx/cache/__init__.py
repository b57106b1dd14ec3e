"""The package bytes that this host keeps, for every machine and every process on it.

    naming     which bytes are the same: a key from an address and strong validators
    chunks     one package's bytes: on the disk, or the last few in memory
    store      the folder of them all, its size and who is in use
    supply     what is missing is fetched once, however many ask
    cache      opens a package on a web server; what others import

docs/reference/cache.md has the files. Processes share the folder through locks of the
kernel, so whatever is killed leaves nothing behind.
"""
