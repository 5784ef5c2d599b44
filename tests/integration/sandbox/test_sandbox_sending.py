"""What the bot may send, and in which words everything else is refused."""

from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from bot.sandbox.chats import User
from bot.sandbox.server import Sandbox

if TYPE_CHECKING:
    from tests.integration.sandbox.conftest import Caller


@pytest.fixture
def reader(sandbox: Sandbox) -> User:
    user = sandbox.world.user("Олена")
    sandbox.world.start(user)
    return user


async def test_message_comes_back_with_its_entities(
    sandbox: Sandbox, call: "Caller", reader: User
) -> None:
    sent = await call.ok(
        "sendMessage",
        chat_id=reader.id,
        text='🚀 <b>Увага</b>: <tg-time unix="1732053600" format="t">00:00</tg-time>',
        parse_mode="HTML",
        disable_notification=True,
        protect_content=True,
        link_preview_options={"is_disabled": True},
    )
    assert sent["text"] == "🚀 Увага: 00:00"
    assert sent["entities"] == [
        {"type": "bold", "offset": 3, "length": 5},
        {
            "type": "date_time",
            "offset": 10,
            "length": 5,
            "unix_time": 1732053600,
            "date_time_format": "t",
        },
    ]
    assert sent["date"] == int(sandbox.clock.now())
    assert sandbox.world.last(reader.id).silent
    [entry] = sandbox.ledger
    assert (entry.method, entry.chat_id, entry.message_id, entry.silent) == (
        "sendMessage",
        reader.id,
        sent["message_id"],
        True,
    )


def _buttons(*labels: str) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": label, "callback_data": "x"} for label in labels]]}


def _button(**fields: object) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "b", **fields}]]}


REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    ("a text is needed", {"text": None}, "message text is empty"),
    ("white space is no text", {"text": " \n "}, "message text is empty"),
    (
        "markup around nothing is no text",
        {"text": "<b></b>", "parse_mode": "HTML"},
        "text is empty",
    ),
    ("4097 characters are too many", {"text": "a" * 4097}, "message is too long"),
    ("characters beyond the first plane count twice", {"text": "😀" * 2049}, "is too long"),
    ("a chat is needed", {"chat_id": ""}, "chat_id is empty"),
    ("an unknown chat is not found", {"chat_id": 99}, "chat not found"),
    ("an unknown name is not found", {"chat_id": "@nobody"}, "chat not found"),
    (
        "wrong markup is told with its place",
        {"text": "Київ <x>", "parse_mode": "HTML"},
        'can\'t parse entities: Unsupported start tag "x" at byte offset 9',
    ),
    ("a parse mode must be known", {"parse_mode": "BBCode"}, "unsupported parse_mode"),
    ("a topic needs a forum", {"message_thread_id": 1}, "message thread not found"),
    (
        "a reply needs its message",
        {"reply_parameters": {"message_id": 999}},
        "be replied not found",
    ),
    ("markup must be an object", {"reply_markup": "x"}, "can't parse reply markup JSON object"),
    (
        "markup must be of a known kind",
        {"reply_markup": {"x": 1}},
        "object expected as reply markup",
    ),
    ("a button must do something", {"reply_markup": _button()}, "Text buttons are unallowed"),
    (
        "a button must do one thing only",
        {"reply_markup": _button(url="https://a.ua", callback_data="x")},
        "exactly one action",
    ),
    (
        "65 bytes of data are too many",
        {"reply_markup": _button(callback_data="x" * 65)},
        "BUTTON_DATA",
    ),
    ("data is counted in bytes", {"reply_markup": _button(callback_data="ї" * 33)}, "BUTTON_DATA"),
    ("a link must be a link", {"reply_markup": _button(url="nowhere")}, "Wrong HTTP URL"),
    ("a link must be of a known kind", {"reply_markup": _button(url="ftp://a.ua")}, "URL protocol"),
    (
        "nine buttons do not fit a row",
        {"reply_markup": _buttons(*"abcdefghi")},
        "REPLY_MARKUP_TOO_LONG",
    ),
    (
        "a keyboard holds 100 buttons",
        {"reply_markup": {"inline_keyboard": [[{"text": "b", "callback_data": "x"}]] * 101}},
        "REPLY_MARKUP_TOO_LONG",
    ),
    ("a style must be known", {"reply_markup": _button(callback_data="x", style="gold")}, "style"),
    (
        "a copied text has 256 characters",
        {"reply_markup": _button(copy_text={"text": ""})},
        "COPY_TEXT",
    ),
    (
        "an entity must lie in the text",
        {"text": "abc", "entities": [{"type": "bold", "offset": 2, "length": 5}]},
        "ends after the end of the text",
    ),
]


@pytest.mark.parametrize(("_why", "given", "words"), REFUSALS, ids=[row[0] for row in REFUSALS])
async def test_send_message_refuses_what_telegram_refuses(
    sandbox: Sandbox, call: "Caller", reader: User, _why: str, given: dict[str, Any], words: str
) -> None:
    refused = await call.refused("sendMessage", **{"chat_id": reader.id, "text": "hi", **given})
    assert refused.startswith("400 Bad Request: ")
    assert words in refused
    assert len(sandbox.ledger) == 0


@pytest.mark.parametrize(
    ("given", "length"),
    [
        ({"text": "a" * 4096}, 4096),
        ({"text": "<b>" + "a" * 4096 + "</b>", "parse_mode": "HTML"}, 4096),
        ({"text": "hi", "reply_markup": _button(callback_data="x" * 64)}, 2),
        ({"text": "hi", "reply_markup": _buttons(*"abcdefgh")}, 2),
        ({"text": "hi", "reply_markup": _button(callback_data="x", style="danger")}, 2),
        ({"text": "hi", "reply_markup": _button(disabled={})}, 2),
        ({"text": "*hi*\\.", "parse_mode": "MarkdownV2"}, 3),
    ],
)
async def test_send_message_accepts_what_just_fits(
    call: "Caller", reader: User, given: dict[str, Any], length: int
) -> None:
    sent = await call.ok("sendMessage", chat_id=reader.id, **given)
    assert len(sent["text"]) == length


async def test_private_chats_refuse_in_the_words_of_their_state(
    sandbox: Sandbox, call: "Caller", reader: User
) -> None:
    stranger = sandbox.world.user("Stranger")
    say = {"text": "hi"}
    assert await call.refused("sendMessage", chat_id=stranger.id, **say) == (
        "403 Forbidden: bot can't initiate conversation with a user"
    )
    sandbox.world.block(reader)
    assert await call.refused("sendMessage", chat_id=reader.id, **say) == (
        "403 Forbidden: bot was blocked by the user"
    )
    sandbox.world.private_message(reader, "/start")
    await call.ok("sendMessage", chat_id=reader.id, **say)
    sandbox.world.deactivate(reader)
    assert await call.refused("sendMessage", chat_id=reader.id, **say) == (
        "403 Forbidden: user is deactivated"
    )


async def test_places_files_and_pictures_are_sent(
    sandbox: Sandbox, call: "Caller", reader: User
) -> None:
    await call.ok("sendLocation", chat_id=reader.id, latitude=50.45, longitude=30.52)
    await call.ok(
        "sendVenue",
        chat_id=reader.id,
        latitude=50.45,
        longitude=30.52,
        title="Укриття",
        address="Хрещатик, 1",
    )
    for method, name in (("sendDocument", "document"), ("sendPhoto", "photo")):
        form = aiohttp.FormData(
            {"chat_id": str(reader.id), "caption": "<b>x</b>", "parse_mode": "HTML"}
        )
        form.add_field(name, b"content", filename="a.txt", content_type="text/plain")
        async with call.session.post(call.address(method), data=form) as response:
            body = await response.json()
            assert body["ok"], body
            assert body["result"]["caption_entities"][0]["type"] == "bold"
    refused = await call.refused("sendLocation", chat_id=reader.id, latitude=200, longitude=0)
    assert refused == "400 Bad Request: invalid location specified"
    refused = await call.refused("sendDocument", chat_id=reader.id)
    assert refused == "400 Bad Request: there is no document in the request"


async def test_documents_of_people_can_be_fetched(
    sandbox: Sandbox, call: "Caller", reader: User
) -> None:
    sandbox.world.share_document(reader, "a.xml", b"<alert/>", caption="/publish")
    document = (await call.updates())[-1]["message"]["document"]
    file = await call.ok("getFile", file_id=document["file_id"])
    url = f"{sandbox.url}/file/bot{sandbox.token}/{file['file_path']}"
    async with call.session.get(url) as response:
        assert await response.read() == b"<alert/>"


async def test_reply_keyboards_stand_on_the_screen_and_not_in_the_message(
    sandbox: Sandbox, call: "Caller", reader: User
) -> None:
    keyboard = {"keyboard": [[{"text": "Where I am", "request_location": True}]]}
    sent = await call.ok("sendMessage", chat_id=reader.id, text="?", reply_markup=keyboard)
    assert "reply_markup" not in sent
    assert sandbox.world.private_chat(reader).keyboard == keyboard
    remove = {"remove_keyboard": True}
    await call.ok("sendMessage", chat_id=reader.id, text="!", reply_markup=remove)
    assert sandbox.world.private_chat(reader).keyboard is None
    group = sandbox.world.group("House", reader)
    sandbox.world.add_bot(group, by=reader)
    refused = await call.refused("sendMessage", chat_id=group.id, text="?", reply_markup=keyboard)
    assert refused == "400 Bad Request: location can be requested in private chats only"
