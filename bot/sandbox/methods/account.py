"""The bot's own account: who it is, its texts, its commands, its stars."""

import re
from typing import Any

from bot.sandbox.api import Api
from bot.sandbox.errors import bad_request
from bot.sandbox.params import Params

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"[a-z]{2}")
_SCOPES = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}


def get_me(api: Api, params: Params) -> dict[str, Any]:
    """Describe the bot."""
    return {
        **api.world.bot.json(),
        "can_join_groups": True,
        "can_read_all_group_messages": not api.world.privacy_mode,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def log_out(api: Api, params: Params) -> bool:
    """Do nothing; there is no other server to move to."""
    return True


def close(api: Api, params: Params) -> bool:
    """Do nothing; there is no other server to move to."""
    return True


def set_my_name(api: Api, params: Params) -> bool:
    """Set the bot's name in a language."""
    return _set_text(params, "name", 64, api.profile.names)


def get_my_name(api: Api, params: Params) -> dict[str, str]:
    """Return the bot's name in a language."""
    found = _get_text(params, api.profile.names)
    return {"name": found or api.world.bot.first_name}


def set_my_description(api: Api, params: Params) -> bool:
    """Set what an empty chat shows."""
    return _set_text(params, "description", 512, api.profile.descriptions)


def get_my_description(api: Api, params: Params) -> dict[str, str]:
    """Return what an empty chat shows."""
    return {"description": _get_text(params, api.profile.descriptions)}


def set_my_short_description(api: Api, params: Params) -> bool:
    """Set what the bot's profile shows."""
    return _set_text(params, "short_description", 120, api.profile.short_descriptions)


def get_my_short_description(api: Api, params: Params) -> dict[str, str]:
    """Return what the bot's profile shows."""
    return {"short_description": _get_text(params, api.profile.short_descriptions)}


def set_my_commands(api: Api, params: Params) -> bool:
    """Set the commands of a scope and language."""
    commands = params.array("commands")
    if commands is None:
        raise bad_request('parameter "commands" is required')
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    api.profile.commands[_commands_key(params)] = [_command(item) for item in commands]
    return True


def get_my_commands(api: Api, params: Params) -> list[dict[str, object]]:
    """Return the commands of exactly this scope and language."""
    return api.profile.commands.get(_commands_key(params), [])


def delete_my_commands(api: Api, params: Params) -> bool:
    """Forget the commands of a scope and language."""
    api.profile.commands.pop(_commands_key(params), None)
    return True


def set_my_default_administrator_rights(api: Api, params: Params) -> bool:
    """Keep the rights the bot asks for when it is added."""
    key = "channels" if params.boolean("for_channels") else "groups"
    api.profile.default_rights[key] = params.object("rights") or {}
    return True


def get_my_star_balance(api: Api, params: Params) -> dict[str, int]:
    """Return what is left of the Stars that a test gave the bot."""
    return api.stars.balance()


def get_star_transactions(api: Api, params: Params) -> dict[str, Any]:
    """List what came in and what paid broadcasting cost, the oldest first."""
    offset, limit = params.integer("offset"), params.integer("limit", 100)
    if offset < 0 or not 1 <= limit <= 100:
        raise bad_request("offset and limit are out of range")
    return {"transactions": api.stars.transactions(offset, limit)}


def _language(params: Params) -> str:
    code = params.text("language_code")
    if code and not _LANGUAGE.fullmatch(code):
        raise bad_request("invalid language code specified")
    return code


def _set_text(params: Params, name: str, most: int, texts: dict[str, str]) -> bool:
    text = params.text(name)
    if len(text) > most:
        raise bad_request(f"bot {name.replace('_', ' ')} is too long")
    code = _language(params)
    if text:
        texts[code] = text
    else:
        texts.pop(code, None)
    return True


def _get_text(params: Params, texts: dict[str, str]) -> str:
    return texts.get(_language(params)) or texts.get("", "")


def _command(item: object) -> dict[str, object]:
    if not isinstance(item, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    name, description = item.get("command"), item.get("description")
    if not isinstance(name, str) or not isinstance(description, str):
        raise bad_request("can't parse BotCommand: fields must be of type String")
    name = name.removeprefix("/")
    if not _COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description.strip()) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    command: dict[str, object] = {"command": name, "description": description}
    if item.get("is_ephemeral") is True:
        command["is_ephemeral"] = True
    return command


def _commands_key(params: Params) -> tuple[str, str]:
    scope = params.object("scope") or {"type": "default"}
    kind = scope.get("type")
    if kind not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    parts = [str(kind)]
    for name in _SCOPES[kind]:
        if name not in scope:
            raise bad_request(f"can't parse BotCommandScope: can't find field \"{name}\"")
        parts.append(str(scope[name]))
    return ":".join(parts), _language(params)
