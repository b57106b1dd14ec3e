"""Fuzzing with the coverage as a guide: `python -m tests.fuzz --seconds 60`.

targets    what is fuzzed: bytes from strangers, and what must hold of each answer
__main__   for as long as one likes, with atheris where it is installed
test_*     some hundred cases of each target in the suite
"""
