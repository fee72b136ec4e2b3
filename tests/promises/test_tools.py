"""The tools that `make check` relies on find what they are there to find."""

import gettext
import io

import pytest
from babel.messages.catalog import Catalog
from django.conf import settings

from tools import reference, words


def catalogue(language="es", **translations):
    catalog = Catalog(locale=language)
    catalog.mime_headers = [("Plural-Forms", words.PLURALS[language])]
    for message, translation in translations.values():
        catalog.add(message, translation)
    return catalog


SOURCES = catalogue(
    plain=("Who has looked", ""),
    named=("%(name)s said this", ""),
    markup=("<b>Bold</b>", ""),
    counted=(("%(number)d day", "%(number)d days"), ("", "")),
)
GOOD = {
    "plain": ("Who has looked", "Quién ha mirado"),
    "named": ("%(name)s said this", "Lo dijo %(name)s"),
    "markup": ("<b>Bold</b>", "<b>Negrita</b>"),
    "counted": (("%(number)d day", "%(number)d days"), ("un día", "%(number)d días")),
}


def complaints(language="es", **changes):
    return words.problems(language, SOURCES, catalogue(language, **{**GOOD, **changes}))


def test_a_whole_translation_passes():
    assert complaints() == []


def test_each_thing_that_is_amiss_in_a_translation_is_found():
    assert "not translated" in complaints(plain=("Who has looked", ""))[0]
    assert "placeholders" in complaints(named=("%(name)s said this", "Lo dijo %(nombre)s"))[0]
    assert "placeholders" in complaints(named=("%(name)s said this", "Lo dijo"))[0]
    assert "placeholders" in complaints(named=("%(name)s said this", "%(name)s lo dijo el %d"))[0]
    assert not complaints(named=("%(name)s said this", "%(name)s: lo dijo %(name)s")), "a name may be said twice"
    assert "markup" in complaints(markup=("<b>Bold</b>", "Negrita"))[0]
    assert "markup" in complaints(markup=("<b>Bold</b>", "<b>Negrita"))[0]
    counted = ("%(number)d day", "%(number)d days")
    assert "placeholders" in complaints(counted=(counted, ("%(number)d día", "días")))[0]
    assert "every plural form" in complaints("ar", counted=(counted, ("يوم", "أيام")))[-1]
    assert "no source" in complaints(old=("Gone", "Se fue"))[0]
    without = {name: message for name, message in GOOD.items() if name != "plain"}
    assert "not in the catalogue" in words.problems("es", SOURCES, catalogue(**without))[0]


def test_what_is_doubtful_is_found():
    doubtful = catalogue(**GOOD)
    doubtful["Who has looked"].flags.add("fuzzy")
    assert "fuzzy" in words.problems("es", SOURCES, doubtful)[0]


@pytest.mark.once
def test_words_are_found_in_python_and_in_templates():
    messages = words.found()
    assert messages.get("Who has looked"), "from Python"
    assert messages.get("Nobody has looked yet."), "from a template"
    assert any(isinstance(message.id, tuple) for message in messages if message.id), "with plurals"


PO = """# a comment
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

#: somewhere
msgid "Who has looked"
msgstr "Quién "
"ha mirado"

msgctxt "a month"
msgid "May"
msgstr "Mayo"

#, python-format
msgid "%(n)d day"
msgid_plural "%(n)d days"
msgstr[0] "un día"
msgstr[1] "%(n)d días"

#, fuzzy
msgid "Doubtful"
msgstr "Dudoso"

msgid "Not yet"
msgstr ""
"""


def test_what_is_compiled_is_what_gettext_reads():
    read = gettext.GNUTranslations(io.BytesIO(words.as_mo(words.read_plainly(PO))))
    assert read.gettext("Who has looked") == "Quién ha mirado"
    assert read.pgettext("a month", "May") == "Mayo"
    assert [read.ngettext("%(n)d day", "%(n)d days", n) for n in (1, 5)] == ["un día", "%(n)d días"]
    assert read.gettext("Doubtful") == "Doubtful"
    assert read.gettext("Not yet") == "Not yet"


def test_the_house_speaks_the_languages_that_it_offers():
    assert {code for code, _ in settings.LANGUAGES} == {"en", *words.PLURALS}


def test_a_page_of_reference_names_every_address_kind_and_act():
    from alongside.access.acts import Act
    from alongside.access.kinds import NAMES

    assert len(reference.all_routes()) > 30
    assert all(f"`{act}`" in reference.acts() for act in Act)
    assert all(str(name) in reference.who_can_see_what() for name in NAMES.values())
    assert all(address in reference.routes() for address, _, _ in reference.all_routes())
