from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.content.languages import load_languages
from bot.content.locales.refresh import Refreshed, refresh
from bot.content.locales.table import DOCUMENT, inserted, table
from bot.content.texts import LOCALES, Texts, TextsError

LIST = """
everyone: [chat]
operators: [operator]
languages:
  en: {operators: yes, offered: yes}
  uk: {operators: yes, offered: yes}
"""
OPERATOR = 'msgid "bye"\nmsgstr "Bye"\n'
OPERATOR_UK = '#. en: Bye\nmsgid "bye"\nmsgstr "Бувайте"\n'
HEADS = {
    "en": '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"',
    "uk": '"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : '
    'n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\\n"',
}
ENGLISH = """
msgid "hello"
msgstr "Hello, {name}"

msgid "days"
msgid_plural "days"
msgstr[0] "{n} day"
msgstr[1] "{n} days"
"""
UKRAINIAN = """
#. en: Hello, {name}
msgid "hello"
msgstr "Вітаю, {name}"

#. en[0]: {n} day
#. en[1]: {n} days
msgid "days"
msgid_plural "days"
msgstr[0] "{n} день"
msgstr[1] "{n} дні"
msgstr[2] "{n} днів"
"""


def written(folder: Path, language: str, body: str, domain: str = "chat", head: str = "") -> None:
    (folder / language).mkdir(exist_ok=True)
    header = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"X-Reviewed-By-Native: no\\n"\n'
    )
    text = f"{header}{head or HEADS[language]}\n{body}"
    (folder / language / f"{domain}.po").write_text(text, "utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "languages.yaml").write_text(LIST)
    written(tmp_path, "en", ENGLISH)
    written(tmp_path, "uk", UKRAINIAN)
    written(tmp_path, "en", OPERATOR, "operator")
    written(tmp_path, "uk", OPERATOR_UK, "operator")
    return tmp_path


def test_shipped_texts_are_complete() -> None:
    texts = Texts.load()
    assert {"en", "uk"} <= set(texts.languages)
    assert texts.has("advisory.siren.prepare")
    assert str(texts.locale("uk")) == "uk_UA"
    assert LOCALES.is_dir()


def test_texts_of_every_domain_are_found(folder: Path) -> None:
    texts = Texts.load(folder)
    assert texts.get("uk", "hello", name="Олено {x} <b>") == "Вітаю, Олено {x} <b>"
    assert texts.get("uk", "bye") == "Бувайте"


@pytest.mark.parametrize(
    ("n", "uk", "en"),
    [
        (0, "0 днів", "0 days"),
        (1, "1 день", "1 day"),
        (2, "2 дні", "2 days"),
        (5, "5 днів", "5 days"),
        (11, "11 днів", "11 days"),
        (21, "21 день", "21 days"),
        (104, "104 дні", "104 days"),
        (1000, "1\xa0000 днів", "1,000 days"),
    ],
)
def test_plural_takes_the_language_s_form(folder: Path, n: int, uk: str, en: str) -> None:
    texts = Texts.load(folder)
    assert texts.plural("uk", "days", n) == uk
    assert texts.plural("en", "days", n) == en


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("uk", "uk"),
        ("uk-UA", "uk"),
        ("UK_ua", "uk"),
        ("en-GB", "en"),
        ("de", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_closest_language(folder: Path, tag: str | None, language: str) -> None:
    assert Texts.load(folder).closest(tag) == language


def test_unknown_key_language_and_missing_value_raise(folder: Path) -> None:
    texts = Texts.load(folder)
    with pytest.raises(KeyError, match="no text 'nope' in language 'uk'"):
        texts.get("uk", "nope")
    with pytest.raises(KeyError, match="in language 'de'"):
        texts.get("de", "hello", name="x")
    with pytest.raises(KeyError, match="name"):
        texts.get("uk", "hello")


WRONG = [
    pytest.param(UKRAINIAN.partition("\n\n")[0] + "\n",
                 r"uk/chat\.po: days: is missing, en/chat\.po has", id="a key that is missing"),
    pytest.param(UKRAINIAN + '\nmsgid "extra"\nmsgstr "x"\n',
                 r"uk/chat\.po: extra: is not in en/chat\.po; take it out", id="a key too many"),
    pytest.param(UKRAINIAN.replace("{name}", "{імʼя}"), r"uk/chat\.po: hello: .*placeholder",
                 id="a translated placeholder"),
    pytest.param(UKRAINIAN.replace("{name}", "{nam}"), r"chat\.po: hello: has placeholders \{nam",
                 id="another placeholder"),
    pytest.param(UKRAINIAN.replace(", {name}", ""), r"chat\.po: hello: has placeholders",
                 id="a placeholder left out"),
    pytest.param(UKRAINIAN.replace("{name}", "{name!r}"), r"uk/chat\.po: hello: .*as \{name\} only",
                 id="a conversion"),
    pytest.param(UKRAINIAN.replace("{name}", "{name"), r"uk/chat\.po: hello: .*double a brace",
                 id="half a placeholder"),
    pytest.param(UKRAINIAN.replace('msgid "hello"', '#, fuzzy\nmsgid "hello"'),
                 r"uk/chat\.po: hello: is marked fuzzy", id="a fuzzy text"),
    pytest.param(UKRAINIAN.replace('"Вітаю, {name}"', '""'), r"uk/chat\.po: hello: is empty",
                 id="an empty text"),
    pytest.param(UKRAINIAN.replace('msgstr[2] "{n} днів"', ""), r"uk/chat\.po: days: ",
                 id="a plural form left out"),
    pytest.param(UKRAINIAN.replace('"{n} днів"', '""'), r"uk/chat\.po: days: is empty",
                 id="an empty plural form"),
    pytest.param(UKRAINIAN + UKRAINIAN, r"uk/chat\.po: hello: stands twice", id="a key twice"),
    pytest.param(UKRAINIAN + "\nmsgwhat\n", r"uk/chat\.po: is no catalogue", id="no catalogue"),
    pytest.param(UKRAINIAN.partition("\n\n")[0] + '\n\nmsgid "days"\nmsgstr "{n} дн."\n',
                 r"days: is a plural in one language only", id="a plural made one form"),
    pytest.param(UKRAINIAN.replace("en: Hello", "en: Hi"),
                 r"uk/chat\.po: hello: is outdated, en/chat\.po has changed", id="older English"),
    pytest.param(UKRAINIAN.replace("#. en[1]: {n} days\n", ""),
                 r"uk/chat\.po: days: is outdated", id="no word of the English it is made from"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "error"), WRONG)
def test_loader_refuses(folder: Path, body: str, error: str) -> None:
    written(folder, "uk", body)
    with pytest.raises(TextsError, match=error):
        Texts.load(folder)


def test_loader_refuses_other_plural_forms_than_the_language_s(folder: Path) -> None:
    written(folder, "uk", ENGLISH, head=HEADS["en"])
    with pytest.raises(TextsError, match=r"uk/chat\.po: Plural-Forms: nplurals=2; uk has 3"):
        Texts.load(folder)


def test_loader_refuses_a_header_that_is_silent_about_its_review(folder: Path) -> None:
    path = folder / "uk" / "chat.po"
    path.write_text(path.read_text("utf-8").replace("Native: no", "Native: perhaps"), "utf-8")
    with pytest.raises(TextsError, match=r"uk/chat\.po: X-Reviewed-By-Native: .* say yes or no"):
        Texts.load(folder)


def test_loader_refuses_a_key_in_two_domains(folder: Path) -> None:
    written(folder, "en", ENGLISH, "operator")
    with pytest.raises(TextsError, match=r"en/operator\.po: .* is in en/chat\.po too"):
        Texts.load(folder)


@pytest.mark.parametrize(
    ("listed", "error"),
    [
        pytest.param(LIST.replace("  uk:", "  pl:"), "uk: is a folder and not named here",
                     id="a folder that the list does not name"),
        pytest.param(LIST.replace("[chat]", "[chat, advisory]"), r"en/advisory\.po: is missing",
                     id="a domain that a language lacks"),
        pytest.param(LIST.replace("uk: {operators: yes", "uk: {operators: no"),
                     r"uk/operator\.po: languages\.yaml names no such domain",
                     id="a file that nobody would read"),
        pytest.param(LIST.replace("en: {operators: yes, offered: yes}",
                                  "en: {operators: yes, offered: no}"),
                     "en: the others fall back to it", id="no fallback"),
        pytest.param(LIST.replace("offered: yes", "offered: perhaps"), "cannot be read",
                     id="a word that is none"),
    ],
)  # fmt: skip
def test_loader_refuses_a_list_and_files_that_differ(folder: Path, listed: str, error: str) -> None:
    (folder / "languages.yaml").write_text(listed)
    with pytest.raises(TextsError, match=error):
        Texts.load(folder)


def test_language_without_operators_texts_shows_them_in_english(folder: Path) -> None:
    (folder / "uk" / "operator.po").unlink()
    listed = LIST.replace("uk: {operators: yes", "uk: {operators: no")
    (folder / "languages.yaml").write_text(listed)
    texts = Texts.load(folder)
    assert texts.covering("uk", "bye") == "en"
    assert texts.covering("uk", "hello") == "uk"


def test_draft_is_neither_checked_nor_offered(folder: Path) -> None:
    written(folder, "uk", 'msgid "hello"\nmsgstr ""\n')
    (folder / "languages.yaml").write_text(
        LIST.replace("uk: {operators: yes, offered: yes", "uk: {operators: yes, offered: no")
    )
    assert Texts.load(folder).languages == ("en",)
    assert Texts.load(folder).closest("uk") == "en"


def test_refresh_shows_a_translator_what_there_is_to_do(folder: Path) -> None:
    path = folder / "uk" / "chat.po"
    before = path.read_text("utf-8")
    assert refresh(path) == Refreshed("uk/chat.po", empty=0, fuzzy=0)
    assert Texts.load(folder).get("uk", "hello", name="x") == "Вітаю, x"
    written(folder, "en", ENGLISH.replace("Hello", "Good day") + '\nmsgid "new"\nmsgstr "N"\n')
    written(folder, "uk", UKRAINIAN + '\nmsgid "gone"\nmsgstr "Г"\n')
    assert refresh(path) == Refreshed("uk/chat.po", empty=1, fuzzy=1)
    after = path.read_text("utf-8")
    assert "#. en: Good day, {name}\n#, fuzzy\n" in after
    assert '#. en: N\nmsgid "new"\nmsgstr ""' in after
    assert "gone" not in after
    assert "{n} днів" in after
    assert after.partition("\n\n")[0] == before.partition("\n\n")[0].rstrip("\n")
    with pytest.raises(TextsError, match=r"uk/chat\.po: hello: is marked fuzzy"):
        Texts.load(folder)


def test_refresh_begins_a_language_with_its_own_plural_forms(folder: Path) -> None:
    made = refresh(folder / "pl" / "chat.po")
    text = (folder / "pl" / "chat.po").read_text("utf-8")
    assert made == Refreshed("pl/chat.po", empty=2, fuzzy=0)
    assert '"Plural-Forms: nplurals=3;' in text
    assert '"X-Reviewed-By-Native: no' in text
    assert 'msgstr[2] ""' in text


def test_shipped_catalogues_are_as_a_refresh_writes_them(tmp_path: Path) -> None:
    languages = load_languages(LOCALES)
    shutil.copytree(LOCALES, tmp_path / "locales")
    for tag in languages.offered:
        for domain in languages.domains(tag) if tag != "en" else ():
            path = tmp_path / "locales" / tag / f"{domain}.po"
            before = path.read_text("utf-8")
            refresh(path)
            assert path.read_text("utf-8") == before, f"{tag}/{domain}.po: run `make texts`"


def test_table_of_languages_is_up_to_date() -> None:
    document = DOCUMENT.read_text("utf-8")
    assert "| Ukrainian (`uk`) |" in document
    assert inserted(document, table(LOCALES)) == document, "run `make texts`"


def test_loader_refuses_an_unknown_locale(folder: Path) -> None:
    written(folder, "en", ENGLISH + '\nmsgid "language.locale"\nmsgstr "xx_XX_nowhere"\n')
    locale = '\n#. en: xx_XX_nowhere\nmsgid "language.locale"\nmsgstr "uk_UA"\n'
    written(folder, "uk", UKRAINIAN + locale)
    with pytest.raises(
        TextsError, match=r"en: language\.locale: 'xx_XX_nowhere' is no CLDR locale"
    ):
        Texts.load(folder)
