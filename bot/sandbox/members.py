"""Rights of administrators and of the restricted, and the Bot API's `ChatMember` with them."""

from typing import Any

from bot.sandbox.chats import Kind, Member, Status

#: Rights that `ChatAdministratorRights` always names.
EVERYWHERE = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
)
_CHANNEL = ("can_post_messages", "can_edit_messages", "can_manage_direct_messages")
_GROUP = ("can_pin_messages", "can_manage_topics", "can_manage_tags")

#: What a member may do in a group that restricts nobody.
PERMISSIONS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)
_DEFAULT_ADMIN = {
    "can_manage_chat",
    "can_delete_messages",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_post_messages",
    "can_edit_messages",
}


def admin_rights(kind: Kind, given: dict[str, bool] | None = None) -> dict[str, bool]:
    """Return every right of an administrator of such a chat, as given or as is usual.

    Raises:
        ValueError: a right that such a chat does not have.
    """
    names = EVERYWHERE + (_CHANNEL if kind is Kind.CHANNEL else _GROUP)
    if given is None:
        return {name: name in _DEFAULT_ADMIN for name in names}
    _require_known(given, names)
    return {name: name == "can_manage_chat" or given.get(name, False) for name in names}


def permissions(given: dict[str, bool] | None = None) -> dict[str, bool]:
    """Return every permission of a restricted member; none unless given."""
    given = given or {}
    _require_known(given, PERMISSIONS)
    return {name: given.get(name, False) for name in PERMISSIONS}


def member_json(member: Member) -> dict[str, Any]:
    """Return the Bot API's `ChatMember`."""
    body: dict[str, Any] = {"user": member.user.json(), "status": str(member.status)}
    if member.status is Status.CREATOR:
        body["is_anonymous"] = member.is_anonymous
    elif member.status is Status.ADMINISTRATOR:
        body |= {"can_be_edited": False, "is_anonymous": member.is_anonymous, **member.rights}
    elif member.status is Status.RESTRICTED:
        body |= {"is_member": True, "until_date": 0, **member.rights}
    elif member.status is Status.KICKED:
        body["until_date"] = 0
    return body


def _require_known(given: dict[str, bool], names: tuple[str, ...]) -> None:
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise ValueError(f"no such right here: {', '.join(unknown)}")
