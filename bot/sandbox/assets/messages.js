// Draws one message: text with its entities, what else it holds, its buttons.

const TAGS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};
const BLOCKS = ["pre", "blockquote", "expandable_blockquote"];

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

// Offsets are in UTF-16, as JavaScript counts; entities nest but never cross.
function formatted(text, entities, say, from = 0, to = text.length) {
  const parts = [];
  let at = from;
  const inside = entities.filter((e) => e.offset >= from && e.offset + e.length <= to);
  while (inside.length) {
    const entity = inside.shift();
    const end = entity.offset + entity.length;
    if (entity.offset < at) continue;
    if (entity.offset > at) parts.push(text.slice(at, entity.offset));
    const nested = inside.filter((e) => e.offset + e.length <= end && e.offset < end);
    nested.forEach((e) => inside.splice(inside.indexOf(e), 1));
    const children = formatted(text, nested, say, entity.offset, end);
    parts.push(wrapped(entity, text.slice(entity.offset, end), children, say));
    // A block ends its own line: the line break behind it would show as an empty line.
    at = BLOCKS.includes(entity.type) && text[end] === "\n" && end < to ? end + 1 : end;
  }
  if (at < to) parts.push(text.slice(at, to));
  return parts;
}

function wrapped(entity, words, children, say) {
  if (TAGS[entity.type]) return element(TAGS[entity.type], {}, ...children);
  if (entity.type === "spoiler") return element("span", { class: "spoiler", tabindex: 0 }, ...children);
  if (entity.type === "bot_command" && say) {
    return element("button", { type: "button", class: "command", onclick: () => say(words) }, words);
  }
  if (entity.type === "date_time") {
    const moment = new Date(entity.unix_time * 1000);
    return element("time", { datetime: moment.toISOString(), title: moment.toLocaleString() }, ...children);
  }
  const address = entity.type === "text_link" ? entity.url : entity.type === "url" ? words : null;
  if (address) {
    const href = /^[a-z]+:\/\//i.test(address) ? address : `http://${address}`;
    return element("a", { href, rel: "noreferrer noopener", target: "_blank" }, ...children);
  }
  return element("span", {}, ...children);
}

const SERVICE = {
  new_chat_members: (value) => `${value.map((user) => user.first_name).join(", ")} was added`,
  left_chat_member: (value) => `${value.first_name} left or was removed`,
  migrate_to_chat_id: (value) => `The group became a supergroup, ${value}`,
  migrate_from_chat_id: (value) => `This supergroup was the group ${value}`,
  pinned_message: () => "A message was pinned",
  forum_topic_created: (value) => `Topic “${value.name}” was opened`,
  forum_topic_closed: () => "The topic was closed",
  forum_topic_reopened: () => "The topic was opened again",
  chat_shared: (value) => `Chose the chat ${value.chat_id}`,
};

function serviceText(body) {
  const name = Object.keys(SERVICE).find((key) => key in body);
  return name && SERVICE[name](body[name]);
}

export function summary(view) {
  const { body } = view;
  const held = body.location ? "Location" : body.document ? "File" : body.photo ? "Picture" : "";
  return serviceText(body) || body.text || body.caption || held;
}

function held(body) {
  if (body.venue) return element("p", {}, `${body.venue.title}, ${body.venue.address}`);
  if (body.location) {
    const { latitude, longitude } = body.location;
    return element("p", {}, `Location ${latitude.toFixed(4)}, ${longitude.toFixed(4)}`);
  }
  if (body.document) return element("p", {}, `File ${body.document.file_name}`);
  if (body.photo) return element("p", {}, "Picture");
  return null;
}

function inlineButton(button, press) {
  const looks = { class: button.style || null };
  if (button.url) {
    return element("a", { ...looks, href: button.url, rel: "noreferrer noopener", target: "_blank" }, button.text);
  }
  if (button.callback_data) {
    return element("button", { ...looks, type: "button", onclick: () => press(button) }, button.text);
  }
  if (button.copy_text) {
    const copy = () => navigator.clipboard.writeText(button.copy_text.text);
    return element("button", { ...looks, type: "button", onclick: copy }, button.text);
  }
  return element("button", { ...looks, type: "button", disabled: true }, button.text);
}

function inlineKeyboard(body, press) {
  const rows = body.reply_markup?.inline_keyboard;
  if (!rows?.length) return null;
  return element("div", { class: "buttons", role: "group", "aria-label": "Buttons of this message" },
    ...rows.map((row) => element("div", { class: "button-row" },
      ...row.map((button) => inlineButton(button, press)))));
}

function meta(view) {
  const time = new Date(view.body.date * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const words = [view.pinned && "pinned", view.body.edit_date && "edited", view.silent && "silent", time];
  return element("p", { class: "meta" }, words.filter(Boolean).join(" · "));
}

// `say` writes a tapped command, `press` presses a button; `named` shows who wrote it.
export function messageItem(view, { say, press, named }) {
  const { body } = view;
  const id = `m${view.message_id}`;
  const service = serviceText(body);
  if (service) return element("li", { id, class: "message service" }, service);
  const text = body.text || body.caption || "";
  const entities = body.entities || body.caption_entities || [];
  const who = body.sender_chat?.title || body.from?.first_name;
  const bubble = element("div", { class: "bubble" },
    element("p", { class: named ? "who" : "hidden" }, who || ""),
    held(body),
    text ? element("div", { class: "words" }, ...formatted(text, entities, say)) : null,
    meta(view));
  return element("li", { id, class: view.from_bot ? "message from-bot" : "message" },
    bubble, inlineKeyboard(body, (button) => press(view, button)));
}
