from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.texts import LOCALES, Texts, TextsError

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
msgid "hello"
msgstr "Вітаю, {name}"

msgid "days"
msgid_plural "days"
msgstr[0] "{n} день"
msgstr[1] "{n} дні"
msgstr[2] "{n} днів"
"""


def written(folder: Path, language: str, body: str, domain: str = "chat", head: str = "") -> None:
    (folder / language).mkdir(exist_ok=True)
    header = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    text = f"{header}{head or HEADS[language]}\n{body}"
    (folder / language / f"{domain}.po").write_text(text, "utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    written(tmp_path, "en", ENGLISH)
    written(tmp_path, "uk", UKRAINIAN)
    return tmp_path


def test_shipped_texts_are_complete() -> None:
    texts = Texts.load()
    assert {"en", "uk"} <= set(texts.languages)
    assert texts.has("advisory.siren.prepare")
    assert str(texts.locale("uk")) == "uk_UA"
    assert LOCALES.is_dir()


def test_texts_of_every_domain_are_found(folder: Path) -> None:
    written(folder, "en", 'msgid "bye"\nmsgstr "Bye"\n', "operator")
    written(folder, "uk", 'msgid "bye"\nmsgstr "Бувайте"\n', "operator")
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
    pytest.param(UKRAINIAN.partition("\n\n")[0], r"uk/chat\.po: days: is missing, en/chat\.po has",
                 id="a key that is missing"),
    pytest.param(UKRAINIAN + '\nmsgid "extra"\nmsgstr "x"\n',
                 r"en/chat\.po: extra: is missing, uk/chat\.po has", id="a key too many"),
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
    pytest.param(UKRAINIAN.replace('\nmsgid "hello"', '\n#, fuzzy\nmsgid "hello"'),
                 r"uk/chat\.po: hello: is marked fuzzy", id="a fuzzy text"),
    pytest.param(UKRAINIAN.replace('"Вітаю, {name}"', '""'), r"uk/chat\.po: hello: is empty",
                 id="an empty text"),
    pytest.param(UKRAINIAN.replace('msgstr[2] "{n} днів"', ""), r"uk/chat\.po: days: ",
                 id="a plural form left out"),
    pytest.param(UKRAINIAN.replace('"{n} днів"', '""'), r"uk/chat\.po: days: is empty",
                 id="an empty plural form"),
    pytest.param(UKRAINIAN + UKRAINIAN, r"uk/chat\.po: hello: stands twice", id="a key twice"),
    pytest.param(UKRAINIAN + "\nmsgwhat\n", r"uk/chat\.po: is no catalogue", id="no catalogue"),
    pytest.param('msgid "hello"\nmsgstr "Вітаю, {name}"\nmsgid "days"\nmsgstr "{n} дн."\n',
                 r"days: is a plural in one language only", id="a plural made one form"),
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


def test_loader_refuses_a_key_in_two_domains(folder: Path) -> None:
    written(folder, "en", ENGLISH, "operator")
    with pytest.raises(TextsError, match=r"en/operator\.po: .* is in en/chat\.po too"):
        Texts.load(folder)


def test_loader_refuses_a_file_that_one_language_lacks(folder: Path) -> None:
    written(folder, "en", 'msgid "bye"\nmsgstr "Bye"\n', "operator")
    with pytest.raises(TextsError, match=r"uk/operator\.po: bye: is missing, en/operator\.po has"):
        Texts.load(folder)


def test_loader_refuses_a_folder_without_the_fallback(tmp_path: Path) -> None:
    with pytest.raises(TextsError, match="the fallback language is needed"):
        Texts.load(tmp_path)


def test_loader_refuses_an_unknown_locale(folder: Path) -> None:
    written(folder, "en", ENGLISH + '\nmsgid "language.locale"\nmsgstr "xx_XX_nowhere"\n')
    written(folder, "uk", UKRAINIAN + '\nmsgid "language.locale"\nmsgstr "uk_UA"\n')
    with pytest.raises(
        TextsError, match=r"en: language\.locale: 'xx_XX_nowhere' is no CLDR locale"
    ):
        Texts.load(folder)
