// The page: keeps the chats, follows the sandbox's events, and acts for the people in it.

import { element, messageItem, summary } from "/messages.js";

const find = (id) => document.getElementById(id);
const chats = new Map();
const messages = new Map();
const unread = new Map();
let chosen = null;
let bot = { id: 0, first_name: "the bot", username: "" };

async function ask(path, body) {
  const init = body && {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  const response = await fetch(`/sim/${path}`, init);
  const answer = await response.json();
  if (!response.ok) {
    toast(answer.error);
    throw new Error(answer.error);
  }
  return answer;
}

function toast(words) {
  find("toast").textContent = words;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { find("toast").textContent = ""; }, 5000);
}

const people = () => [...chats.values()].filter((chat) => chat.user && !chat.user.deactivated);
const botMember = (chat) => chat.members.find((member) => member.user.id === bot.id);
const owner = (chat) => chat.members.find((member) => member.status === "creator")?.user.id;
const botStatus = (chat) => botMember(chat)?.status ?? "left";
const isIn = (chat) => !["left", "kicked"].includes(botStatus(chat));

function note(chat) {
  if (chat.kind !== "private") {
    const places = { administrator: "an administrator", member: "a member", restricted: "restricted" };
    const place = `the bot is ${places[botStatus(chat)] ?? "not here"}`;
    return chat.migrated_to ? `moved to ${chat.migrated_to}` : `${chat.kind}, ${place}`;
  }
  if (chat.user.deactivated) return "account deleted";
  const language = chat.user.language_code || "no language";
  return `${language}, ${chat.blocked ? "has blocked the bot" : chat.started ? "has started the bot" : "not started yet"}`;
}

// The list of chats

function drawChats() {
  const order = [...chats.values()].sort((a, b) => lastDate(b) - lastDate(a));
  const hadFocus = document.activeElement?.dataset?.chat;
  find("chats").replaceChildren(...order.map(chatItem));
  find("no-chats").hidden = chats.size > 0;
  if (hadFocus) find("chats").querySelector(`[data-chat="${hadFocus}"]`)?.focus();
}

const lastMessage = (chat) => [...(messages.get(chat.id)?.values() ?? [])].at(-1);
const lastDate = (chat) => lastMessage(chat)?.body.date ?? 0;

function chatItem(chat) {
  const count = unread.get(chat.id) ?? 0;
  const last = lastMessage(chat);
  return element("li", {},
    element("button", {
      type: "button", class: "chat", "data-chat": chat.id,
      "aria-current": chat.id === chosen ? "true" : null, onclick: () => choose(chat.id),
    },
    element("span", { class: "name" }, chat.name),
    count ? element("span", { class: "badge" }, `${count} new`) : null,
    element("span", { class: "last quiet" }, last ? summary(last) : note(chat))));
}

// One chat

async function choose(id) {
  chosen = id;
  unread.delete(id);
  find("app").classList.add("in-chat");
  await load(id);
  draw();
  find("text").focus();
}

async function load(id) {
  const views = await ask(`messages?chat_id=${id}`);
  messages.set(id, new Map(views.map((view) => [view.message_id, view])));
}

function draw() {
  drawChats();
  const chat = chats.get(chosen);
  find("composer").hidden = !chat;
  if (!chat) return;
  find("chat-name").textContent = chat.name;
  find("chat-note").textContent = note(chat);
  drawActions(chat);
  drawPinned(chat);
  drawSpeakers(chat);
  drawKeyboard(chat);
  find("place").hidden = chat.kind !== "private";
  const views = [...(messages.get(chat.id)?.values() ?? [])];
  find("log").replaceChildren(...views.map((view) => item(chat, view)));
  find("log").scrollTop = find("log").scrollHeight;
}

function item(chat, view) {
  return messageItem(view, { say, press, named: chat.kind !== "private" });
}

function drawPinned(chat) {
  const pinned = messages.get(chat.id)?.get(chat.pinned.at(-1));
  find("pinned").hidden = !pinned;
  find("pinned").textContent = pinned ? `Pinned: ${summary(pinned)}` : "";
}

function drawActions(chat) {
  const add = (label, path, body) => element("button",
    { type: "button", onclick: () => ask(path, body) }, label);
  const made = [];
  if (chat.kind === "private") {
    if (!chat.started) made.push(add("Start", "start", { user: chat.id }));
    made.push(chat.blocked
      ? add("Unblock the bot", "unblock", { user: chat.id })
      : add("Block the bot", "block", { user: chat.id }));
  } else if (!chat.migrated_to) {
    const by = { chat: chat.id, by: owner(chat) };
    if (!isIn(chat)) made.push(add("Add the bot", "add_bot", { ...by, admin: chat.kind === "channel" }));
    else {
      made.push(botStatus(chat) === "administrator"
        ? add("Demote the bot", "demote_bot", by)
        : add("Promote the bot", "promote_bot", by));
      made.push(add("Remove the bot", "kick_bot", by));
    }
    if (chat.is_forum) made.push(element("button", { type: "button", onclick: () => newTopic(chat) }, "New topic"));
    if (chat.kind === "group") made.push(add("To supergroup", "migrate", { chat: chat.id }));
  }
  find("chat-actions").replaceChildren(...made);
}

async function newTopic(chat) {
  await ask("topic", { chat: chat.id, name: `Topic ${chat.topics.length + 1}` });
}

function options(select, entries) {
  const before = select.value;
  select.replaceChildren(...entries.map(([value, label]) => element("option", { value }, label)));
  if (entries.some(([value]) => String(value) === before)) select.value = before;
}

function drawSpeakers(chat) {
  find("speaker-row").hidden = !["group", "supergroup"].includes(chat.kind);
  options(find("speaker"), people().map((person) => [person.id, person.name]));
  const topics = [["", "General"], ...chat.topics.map((topic) => [topic.id, topic.name])];
  options(find("topic"), topics);
  find("topic").hidden = find("topic-label").hidden = !chat.is_forum;
}

function drawKeyboard(chat) {
  const rows = chat.kind === "private" ? chat.keyboard?.keyboard : null;
  find("keyboard").hidden = !rows;
  find("keyboard").replaceChildren(...(rows ?? []).map((row) => element("div", { class: "buttons" },
    element("div", { class: "button-row" }, ...row.map((button) => element("button",
      { type: "button", onclick: () => answer(button) }, button.text))))));
}

function answer(button) {
  if (button.request_location) openDialog("place-dialog");
  else say(button.text);
}

// What people do

async function say(text) {
  const chat = chats.get(chosen);
  if (!chat || !text.trim()) return;
  if (chat.kind === "private") await ask("private_message", { user: chat.id, text });
  else if (chat.kind === "channel") await ask("channel_post", { chat: chat.id, text });
  else {
    await ask("group_message", {
      chat: chat.id, user: find("speaker").value, text,
      thread: find("topic").value || 0, anonymous: find("anonymous").checked,
    });
  }
}

async function press(view, button) {
  const chat = chats.get(view.chat_id);
  const user = chat.kind === "private" ? chat.id : Number(find("speaker").value) || owner(chat);
  await ask("press", {
    user, chat_id: view.chat_id, message_id: view.message_id, data: button.callback_data,
  });
}

function openDialog(id) {
  const dialog = find(id);
  dialog.querySelectorAll("select.people").forEach((select) =>
    options(select, people().map((person) => [person.id, person.name])));
  dialog.showModal();
}

async function submitDialog(form) {
  const body = {};
  for (const [name, value] of new FormData(form)) if (value !== "") body[name] = value === "on" ? true : value;
  if (form.dataset.action === "share_location") body.user = chosen;
  const made = await ask(form.dataset.action, body);
  if (made?.id && form.dataset.action !== "share_location") await choose(made.id);
}

// What happens

function onMessage(view) {
  if (!messages.has(view.chat_id)) messages.set(view.chat_id, new Map());
  messages.get(view.chat_id).set(view.message_id, view);
  const chat = chats.get(view.chat_id);
  if (view.keyboard && chat) chat.keyboard = view.keyboard.remove_keyboard ? null : view.keyboard;
  if (view.chat_id !== chosen) {
    if (view.from_bot) unread.set(view.chat_id, (unread.get(view.chat_id) ?? 0) + 1);
    drawChats();
    return;
  }
  find("log").append(item(chat, view));
  find("log").scrollTop = find("log").scrollHeight;
  drawKeyboard(chat);
  drawChats();
}

function onEdit(view) {
  messages.get(view.chat_id)?.set(view.message_id, view);
  const old = view.chat_id === chosen && find(`m${view.message_id}`);
  if (old) {
    const label = old.contains(document.activeElement) ? document.activeElement.textContent : null;
    const fresh = item(chats.get(chosen), view);
    old.replaceWith(fresh);
    const buttons = [...fresh.querySelectorAll("button")];
    if (label !== null) (buttons.find((b) => b.textContent === label) ?? buttons[0])?.focus();
  }
  drawChats();
}

function onDelete(view) {
  messages.get(view.chat_id)?.delete(view.message_id);
  if (view.chat_id === chosen) find(`m${view.message_id}`)?.remove();
  drawChats();
}

function onChat(chat) {
  chats.set(chat.id, chat);
  if (chat.id === chosen) {
    find("chat-note").textContent = note(chat);
    drawActions(chat);
    drawPinned(chat);
    drawSpeakers(chat);
    drawKeyboard(chat);
  }
  drawChats();
}

function onAnswer(callback) {
  const { text, show_alert: loud } = callback.answer;
  if (!text) return;
  if (!loud) return void toast(text);
  find("alert-text").textContent = text;
  find("alert-dialog").showModal();
}

async function refresh() {
  const state = await ask("state");
  bot = state.bot;
  find("bot-name").textContent = `${bot.first_name} (@${bot.username})`;
  chats.clear();
  state.chats.forEach((chat) => chats.set(chat.id, chat));
  await Promise.all([...chats.keys()].slice(0, 100).map(load));
  draw();
}

function follow() {
  const events = new EventSource("/sim/events");
  const handlers = { message: onMessage, edit: onEdit, delete: onDelete, chat: onChat, answer: onAnswer };
  for (const [name, handler] of Object.entries(handlers)) {
    events.addEventListener(name, (event) => handler(JSON.parse(event.data)));
  }
  // Whatever was missed while the connection was down is read again.
  events.addEventListener("open", refresh);
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) openDialog(opener.dataset.open);
  if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
});
document.querySelectorAll("form[data-action]").forEach((form) =>
  form.addEventListener("submit", () => submitDialog(form)));
find("back").addEventListener("click", () => {
  chosen = null;
  find("app").classList.remove("in-chat");
  draw();
});
find("composer").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = find("text").value;
  find("text").value = "";
  await say(text);
});
find("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    find("composer").requestSubmit();
  }
});

follow();
