"""Every method by its name in small letters: Telegram reads names without regard to case."""

from bot.sandbox.api import Method
from bot.sandbox.methods import account, chats, editing, intake, media, sending

_NAMES: dict[str, Method] = {
    "getMe": account.get_me,
    "logOut": account.log_out,
    "close": account.close,
    "getUpdates": intake.get_updates,
    "setWebhook": intake.set_webhook,
    "deleteWebhook": intake.delete_webhook,
    "getWebhookInfo": intake.get_webhook_info,
    "answerCallbackQuery": intake.answer_callback_query,
    "sendMessage": sending.send_message,
    "sendLocation": media.send_location,
    "sendVenue": media.send_venue,
    "sendDocument": media.send_document,
    "sendPhoto": media.send_photo,
    "sendChatAction": media.send_chat_action,
    "getFile": media.get_file,
    "editMessageText": editing.edit_message_text,
    "editMessageCaption": editing.edit_message_caption,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "deleteMessage": editing.delete_message,
    "deleteMessages": editing.delete_messages,
    "forwardMessage": editing.forward_message,
    "copyMessage": editing.copy_message,
    "setMessageReaction": editing.set_message_reaction,
    "pinChatMessage": editing.pin_chat_message,
    "unpinChatMessage": editing.unpin_chat_message,
    "unpinAllChatMessages": editing.unpin_all_chat_messages,
    "getChat": chats.get_chat,
    "getChatMember": chats.get_chat_member,
    "getChatAdministrators": chats.get_chat_administrators,
    "getChatMemberCount": chats.get_chat_member_count,
    "leaveChat": chats.leave_chat,
    "createForumTopic": chats.create_forum_topic,
    "editForumTopic": chats.edit_forum_topic,
    "closeForumTopic": chats.close_forum_topic,
    "reopenForumTopic": chats.reopen_forum_topic,
    "setMyCommands": account.set_my_commands,
    "getMyCommands": account.get_my_commands,
    "deleteMyCommands": account.delete_my_commands,
    "setMyName": account.set_my_name,
    "getMyName": account.get_my_name,
    "setMyDescription": account.set_my_description,
    "getMyDescription": account.get_my_description,
    "setMyShortDescription": account.set_my_short_description,
    "getMyShortDescription": account.get_my_short_description,
    "setMyDefaultAdministratorRights": account.set_my_default_administrator_rights,
    "getMyStarBalance": account.get_my_star_balance,
    "getStarTransactions": account.get_star_transactions,
}

#: Canonical name and function, by the name in small letters.
METHODS: dict[str, tuple[str, Method]] = {
    name.lower(): (name, method) for name, method in _NAMES.items()
}
