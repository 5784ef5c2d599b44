"""Places, files and pictures; actions that only show that the bot is busy."""

from typing import Any

from bot.sandbox.access import find_chat, require_can_send
from bot.sandbox.api import Api
from bot.sandbox.errors import bad_request
from bot.sandbox.methods.sending import read_caption, send
from bot.sandbox.params import Params, Upload

_ACTIONS = {
    *("typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice"),
    *("upload_document", "choose_sticker", "find_location", "record_video_note"),
    "upload_video_note",
}
_PHOTO_LIMIT = 10 * 1024 * 1024
_FILE_LIMIT = 50 * 1024 * 1024


def send_location(api: Api, params: Params) -> dict[str, Any]:
    """Send a place on the map."""
    return send(api, params, "sendLocation", {"location": _location(params)})


def send_venue(api: Api, params: Params) -> dict[str, Any]:
    """Send a place with its name and address."""
    venue: dict[str, Any] = {"location": _location(params)}
    for name in ("title", "address"):
        if not params.text(name).strip():
            raise bad_request(f"venue {name} must be non-empty")
        venue[name] = params.text(name)
    content = {"venue": venue, "location": venue["location"]}
    return send(api, params, "sendVenue", content)


def _location(params: Params) -> dict[str, Any]:
    point = {}
    for name, most in (("latitude", 90.0), ("longitude", 180.0)):
        value = params.number(name)
        if value is None:
            raise bad_request(f"{name} is empty")
        if not -most <= value <= most:
            raise bad_request("invalid location specified")
        point[name] = value
    accuracy = params.number("horizontal_accuracy")
    if accuracy is not None:
        if not 0 <= accuracy <= 1500:
            raise bad_request("invalid horizontal accuracy specified")
        point["horizontal_accuracy"] = accuracy
    return point


def send_document(api: Api, params: Params) -> dict[str, Any]:
    """Send a file."""
    caption = read_caption(params)
    upload = _file(api, params, "document", _FILE_LIMIT)
    content = {"document": api.world.keep_file(upload), **caption}
    return send(api, params, "sendDocument", content, "document")


def send_photo(api: Api, params: Params) -> dict[str, Any]:
    """Send a picture."""
    caption = read_caption(params)
    upload = _file(api, params, "photo", _PHOTO_LIMIT)
    kept = api.world.keep_file(upload)
    size = {key: kept[key] for key in ("file_id", "file_unique_id", "file_size")}
    content = {"photo": [{**size, "width": 800, "height": 600}], **caption}
    return send(api, params, "sendPhoto", content, "photo")


def _file(api: Api, params: Params, name: str, limit: int) -> Upload:
    """Take an upload of this request, or a file that was sent before."""
    value = params.raw(name)
    if isinstance(value, str) and value.startswith("attach://"):
        value = params.raw(value.removeprefix("attach://"))
    if isinstance(value, str) and value in api.world.files:
        value = api.world.files[value]
    if isinstance(value, str) and value:
        raise bad_request("wrong remote file identifier specified: the sandbox fetches nothing")
    if not isinstance(value, Upload):
        raise bad_request(f"there is no {name} in the request")
    if not value.content:
        raise bad_request("file must be non-empty")
    if len(value.content) > limit:
        raise bad_request("file is too big")
    return value


def get_file(api: Api, params: Params) -> dict[str, Any]:
    """Tell where a file can be fetched."""
    file_id = params.text("file_id")
    upload = api.world.files.get(file_id)
    if upload is None:
        raise bad_request("invalid file_id")
    return {
        "file_id": file_id,
        "file_unique_id": f"u{file_id.rpartition('-')[2]}",
        "file_size": len(upload.content),
        "file_path": f"documents/{file_id}",
    }


def send_chat_action(api: Api, params: Params) -> bool:
    """Show that the bot is busy; nothing is kept."""
    chat = find_chat(api.world, params)
    if params.text("action") not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    require_can_send(api.world, chat)
    return True
