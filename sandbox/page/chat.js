// The chat page: draws what the server tells and sends what people do. No framework, no build step.
import { get, listen, post } from "/page/transport.js";
import { act, at, chat, here, keep, speaker, state, toast, tried } from "/page/state.js";
import { showProblems, showWhy } from "/page/why.js";
import { drawMessage, element } from "/page/render.js";
import { now, offerTravel, setClock } from "/page/clock.js";
import { day, isSameDay } from "/page/times.js";
import { drawCommands, drawQuote, forget, onKey, resize } from "/page/composer.js";
import { drawChats, drawSpeakers, drawStanding } from "/page/places.js";
import { closeSettings, drawSettings, openSettings, settingsAreOpen } from "/page/settings.js";

const SUGGESTIONS = ["党小组长的职责有哪些", "预备党员能当吗", "书记可以兼任吗", "任期多久"];
const app = document.querySelector(".app");

async function load() {
  const read = await get("/ui/state");
  Object.assign(state, { bot: read.bot, users: read.users, chats: read.chats, commands: read.commands, messages: new Map() });
  for (const message of read.messages) keep(message);
  setClock(read.now, read.travelling);
  offerTravel(read.can_travel);
  choose(state.chat && chat() ? state.chat : state.chats[0].id, state.thread);
}

function choose(id, thread = null) {
  state.chat = id;
  state.thread = thread;
  state.unread.delete(id);
  at("sidebar").classList.remove("open");
  forget();
  drawChat();
}

function drawChat() {
  const { type, is_forum: isForum, title, topics } = chat();
  at("title").textContent = type === "private" ? `党小组助手（${title}的私聊）` : title;
  at("open-settings").textContent = type === "private" ? "设置" : "群设置";
  if (!isForum || !topics.some((t) => t.id === state.thread)) state.thread = null;
  at("topic").hidden = !isForum;
  fill(at("topic"), [["", "General"], ...topics.map((t) => [t.id, t.closed ? `${t.name}（已关闭）` : t.name])]);
  at("topic").value = state.thread || "";
  if (settingsAreOpen()) drawSettings(chat(), state.users, changed);
  drawChats(choose);
  drawAsSpeaker();
}

function drawAsSpeaker() {
  drawSpeakers(drawAsSpeaker);
  drawStanding(send);
  drawLog();
}

function fill(select, options) {
  select.replaceChildren(...options.map(([value, label]) => new Option(label, value)));
}

function respond(message) {
  state.reply = message;
  drawQuote();
  at("text").focus();
}

function drawLog() {
  const actions = { press, respond };
  const mine = (m) => m.author_id === speaker();
  let before = null;
  at("log").replaceChildren(...here().flatMap((m) => {
    const item = drawMessage(m, mine(m), actions, now());
    const separator = before !== null && isSameDay(before, m.date) ? [] : [element("li", "day", day(m.date, now()))];
    before = m.date;
    return [...separator, item];
  }));
  at("log").scrollTop = at("log").scrollHeight;
  const fresh = !here().some((m) => m.kind !== "service") && ["member", "administrator"].includes(chat().bot);
  at("suggestions").replaceChildren(...(fresh ? SUGGESTIONS : []).map((text) => {
    const button = element("button", "", text);
    button.onclick = () => send(chat().type === "private" ? text : `@${state.bot.username} ${text}`);
    return button;
  }));
}

async function press(message, button) {
  await act("/ui/press", { chat_id: message.chat_id, message_id: message.message_id, user_id: speaker(), data: button.callback_data });
}

async function send(text, kind = "text") {
  if (!text.trim() && kind === "text") return;
  const body = { chat_id: state.chat, user_id: speaker() };
  const isAsked = Boolean(state.reply?.asks_reply);
  if (state.editing) {
    await act("/ui/edit", { ...body, message_id: state.editing.message_id, text });
  } else {
    if (kind === "text") body.text = text; else Object.assign(body, { kind, caption: text });
    if (state.reply) body.reply_to = state.reply.message_id;
    if (state.thread) body.thread_id = state.thread;
    await act("/ui/send", body);
  }
  at("text").value = "";
  resize();
  forget();
  if (text.trim() && !text.startsWith("/start") && !isAsked) await explain(text);
}

async function explain(text) {
  const question = text.replace(`@${state.bot.username}`, "").replace(/^\/ask(@\w+)?/, "").trim();
  if (!question || question.startsWith("/")) return;
  const why = await get(`/ui/why?text=${encodeURIComponent(question)}`).catch(() => null);
  if (why) showWhy(at("reasons"), why);
}

function changed(result, problem) {
  if (problem) toast(problem);
  if (result.chat_id) goTo(result.chat_id);
}

// The answer may come before the event that tells of the new chat.
function goTo(id) {
  state.wanted = id;
  refresh(state.chats);
}

function refresh(chats) {
  const before = chat();
  state.chats = chats;
  const heir = !chat() && state.chats.find((c) => c.title === before.title && c.type !== "private");
  const next = state.chats.find((c) => c.id === state.wanted) || heir || (chat() ? null : state.chats[0]);
  if (!chat() && !heir) closeSettings();
  if (!next) { drawChat(); return; }
  if (next.id === state.wanted) state.wanted = null;
  choose(next.id);
}

function onMessage({ message }) {
  const fresh = keep(message);
  const elsewhere = message.chat_id !== state.chat;
  if (fresh && elsewhere && message.from.is_bot) state.unread.set(message.chat_id, (state.unread.get(message.chat_id) || 0) + 1);
  at("status").textContent = "";
  if (elsewhere) drawChats(choose); else drawLog();
  if (fresh && !elsewhere && message.asks_reply) respond(message);
}

const EVENTS = {
  message: onMessage,
  edit: onMessage,
  delete: ({ chat_id: id, message_id: number }) => {
    state.messages.set(id, (state.messages.get(id) || []).filter((m) => m.message_id !== number));
    if (id === state.chat) drawLog();
  },
  typing: ({ chat_id: id }) => { if (id === state.chat) at("status").textContent = "正在输入…"; },
  callback_answer: ({ text }) => { if (text) toast(text); },
  chats: ({ chats }) => refresh(chats),
  commands: ({ commands }) => { state.commands = commands; },
  clock: ({ now: seconds, under_way: underWay }) => { setClock(seconds, underWay); drawLog(); },
};

function showPanel(open) {
  app.classList.toggle("no-why", !open);
  at("open-why").setAttribute("aria-expanded", String(open));
}

at("composer").onsubmit = (event) => { event.preventDefault(); send(at("text").value); };
at("text").onkeydown = (event) => onKey(event, send);
at("text").oninput = () => { resize(); drawCommands(); };
at("topic").onchange = () => choose(state.chat, Number(at("topic").value) || null);
at("attach").onchange = () => { send(at("text").value, at("attach").value); at("attach").value = ""; };
at("quote").lastElementChild.onclick = forget;
at("open-chats").onclick = () => at("sidebar").classList.toggle("open");
at("open-settings").onclick = () => { drawSettings(chat(), state.users, changed); openSettings(); };
at("open-why").onclick = () => showPanel(app.classList.contains("no-why"));
at("close-why").onclick = () => showPanel(false);
at("reload").onclick = () => tried(async () => showProblems(at("problems"), (await post("/ui/reload", {})).problems));
at("new-group").onclick = () => {
  fill(at("group-owner"), state.users.map((u) => [u.id, u.name]));
  at("founding").showModal();
};
at("founding").onclose = async () => {
  if (at("founding").returnValue !== "add") return;
  const made = await act("/ui/group/add", { title: at("group-title").value, user_id: Number(at("group-owner").value), kind: at("group-kind").value });
  at("founding").returnValue = at("group-title").value = "";
  if (made) goTo(made.chat_id);
};
new ResizeObserver(() => { at("log").scrollTop = at("log").scrollHeight; }).observe(at("log"));
showPanel(window.innerWidth > 1000);
listen((event) => EVENTS[event.type]?.(event), load, (online) => { at("status").textContent = online ? "" : "连接断开，正在重连…"; });
