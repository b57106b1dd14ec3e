from __future__ import annotations

from olive_portal.metadata.records import Name, TitleRecord
from olive_portal.metadata.writing import bibtex


def test_an_entry_is_of_software(rogue):
    assert bibtex.render(rogue).decode() == (
        "@software{rogue,\n"
        "  title = {{Rogue}},\n"
        "  author = {Toy, Michael and Wichman, Glenn},\n"
        "  year = {1980},\n"
        "  version = {5.4},\n"
        "  publisher = {Epyx},\n"
        "  doi = {10.5555/a},\n"
        "  url = {https://o.example/items/rogue},\n"
        "  keywords = {Dungeons},\n"
        "  note = {Preserved by Olive, package version 2}\n"
        "}\n"
    )


def test_what_means_something_to_tex_is_escaped():
    hostile = r"a}b{c\d$e&f#g_h%i~j^k"
    text = bibtex.escape(hostile)
    assert text == (
        r"a\}b\{c\textbackslash{}d\$e\&f\#g\_h\%i\textasciitilde{}j\textasciicircum{}k"
    )


def test_no_value_ends_the_entry():
    names = (Name("}} @article{x,"),)
    record = TitleRecord("a}\n}\n@book{b", names=names, url="https://o.example/}{")
    text = bibtex.render(record).decode()
    bare = text.replace(r"\{", "").replace(r"\}", "")
    assert bare.count("{") == bare.count("}")
    assert len(text.splitlines()) == 5


def test_a_name_that_tex_would_take_apart_is_kept_whole():
    names = (Name("Bell and Sons", "organization"), Name("Toy and Wichman"))
    assert b"{{Bell and Sons} and {Toy and Wichman}}" in bibtex.render(
        TitleRecord("A", names=names)
    )
