// The chat page: draws what the server tells and sends what people do. No framework, no build step.
import { get, listen, post } from "/page/transport.js";
import { showProblems, showWhy } from "/page/why.js";
import { drawMessage, element } from "/page/render.js";

const SUGGESTIONS = ["党小组长的职责有哪些", "预备党员能当吗", "书记可以兼任吗", "任期多久"];
const at = (id) => document.getElementById(id);
const app = document.querySelector(".app");
const state = { bot: null, chats: [], messages: new Map(), commands: {}, chat: null, thread: null, reply: null, editing: null, unread: new Map(), picked: 0 };

const chat = () => state.chats.find((c) => c.id === state.chat);
const here = () => (state.messages.get(state.chat) || []).filter((m) => !chat().is_forum || (m.thread_id || null) === state.thread);
const speaker = () => Number(at("speaker").value);

function toast(text) {
  at("toast").textContent = text;
  at("toast").hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { at("toast").hidden = true; }, 4000);
}

async function tried(action) {
  try { return await action(); } catch (error) { toast(error.message); return null; }
}

async function load() {
  const read = await get("/ui/state");
  Object.assign(state, { bot: read.bot, chats: read.chats, commands: read.commands, messages: new Map() });
  for (const message of read.messages) keep(message);
  choose(state.chat && chat() ? state.chat : state.chats[0].id, state.thread);
}

function keep(message) {
  const list = state.messages.get(message.chat_id) || [];
  const place = list.findIndex((m) => m.message_id === message.message_id);
  if (place >= 0) list[place] = message; else list.push(message);
  state.messages.set(message.chat_id, list);
  return place < 0;
}

function choose(id, thread = null) {
  state.chat = id;
  state.thread = chat().is_forum ? thread : null;
  state.unread.delete(id);
  state.reply = state.editing = null;
  at("sidebar").classList.remove("open");
  at("title").textContent = chat().type === "private" ? `党小组助手（${chat().title}的私聊）` : chat().title;
  fill(at("speaker"), chat().members.filter((m) => m.id !== state.bot.id).map((m) => [m.id, m.name]));
  at("topic").hidden = !chat().is_forum;
  if (chat().is_forum) {
    fill(at("topic"), [["", "General"], ...chat().topics.map((t) => [t.id, t.name])]);
    at("topic").value = state.thread || "";
  }
  drawChats();
  drawLog();
}

function fill(select, options) {
  const before = select.value;
  select.replaceChildren(...options.map(([value, label]) => { const o = element("option", "", label); o.value = value; return o; }));
  if (options.some(([value]) => String(value) === before)) select.value = before;
}

function drawChats() {
  at("chats").replaceChildren(...state.chats.map((c) => {
    const button = element("button", "", c.type === "private" ? `私聊 · ${c.title}` : c.title);
    button.setAttribute("aria-current", String(c.id === state.chat));
    if (state.unread.get(c.id)) button.append(element("span", "unread", String(state.unread.get(c.id))));
    button.onclick = () => choose(c.id);
    const item = element("li");
    item.append(button);
    return item;
  }));
}

function drawLog() {
  const actions = { press, respond: (m) => { state.reply = m; drawQuote(); at("text").focus(); } };
  const mine = (m) => !m.from.is_bot && (chat().type === "private" || m.from.id === speaker());
  at("log").replaceChildren(...here().map((m) => drawMessage(m, mine(m), actions)));
  at("log").scrollTop = at("log").scrollHeight;
  const fresh = !here().some((m) => m.kind !== "service");
  at("suggestions").replaceChildren(...(fresh ? SUGGESTIONS : []).map((text) => {
    const button = element("button", "", text);
    button.onclick = () => send(chat().type === "private" ? text : `@${state.bot.username} ${text}`);
    return button;
  }));
  drawQuote();
}

function drawQuote() {
  const about = state.editing || state.reply;
  at("quote").hidden = !about;
  const words = about ? element("span", "", "") : null;
  if (words) words.innerHTML = about.html;
  at("quote").firstElementChild.textContent = about ? `${state.editing ? "修改" : "回复"}：${words.textContent}` : "";
}

async function press(message, button) {
  await tried(() => post("/ui/press", { chat_id: message.chat_id, message_id: message.message_id, user_id: speaker(), data: button.callback_data }));
}

async function send(text, kind = "text") {
  if (!text.trim() && kind === "text") return;
  const body = { chat_id: state.chat, user_id: speaker() };
  if (state.editing) {
    await tried(() => post("/ui/edit", { ...body, message_id: state.editing.message_id, text }));
  } else {
    if (kind === "text") body.text = text; else Object.assign(body, { kind, caption: text });
    if (state.reply) body.reply_to = state.reply.message_id;
    if (state.thread) body.thread_id = state.thread;
    await tried(() => post("/ui/send", body));
  }
  state.reply = state.editing = null;
  at("text").value = "";
  resize();
  drawQuote();
  if (text.trim() && !text.startsWith("/start")) await explain(text);
}

async function explain(text) {
  const question = text.replace(`@${state.bot.username}`, "").replace(/^\/ask(@\w+)?/, "").trim();
  if (!question || question.startsWith("/")) return;
  const why = await get(`/ui/why?text=${encodeURIComponent(question)}`).catch(() => null);
  if (why) showWhy(at("reasons"), why);
}

function resize() {
  at("text").style.height = "auto";
  at("text").style.height = `${at("text").scrollHeight + 2}px`;
}

function commands() {
  const typed = at("text").value;
  const known = state.commands[String(state.chat)] || [];
  return typed.startsWith("/") && !typed.includes(" ") ? known.filter((c) => `/${c.command}`.startsWith(typed)) : [];
}

function drawCommands() {
  const found = commands();
  state.picked = Math.min(state.picked, Math.max(0, found.length - 1));
  at("commands").hidden = !found.length;
  at("commands").replaceChildren(...found.map((c, i) => {
    const item = element("li", "", `/${c.command}　${c.description}`);
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(i === state.picked));
    item.onclick = () => take(c);
    return item;
  }));
}

function take(command) {
  at("text").value = `/${command.command} `;
  at("text").focus();
  drawCommands();
}

function onKey(event) {
  const found = commands();
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    if (found.length && at("text").value !== `/${found[state.picked].command}`) take(found[state.picked]);
    else send(at("text").value).then(drawCommands);
  } else if (found.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    state.picked = (state.picked + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length;
    drawCommands();
  } else if (event.key === "ArrowUp" && !at("text").value) {
    const last = here().filter((m) => m.from.id === speaker() && m.kind === "text").at(-1);
    if (!last) return;
    event.preventDefault();
    const words = element("span");
    words.innerHTML = last.html;
    state.editing = last;
    at("text").value = words.textContent;
    drawQuote();
  } else if (event.key === "Escape") {
    state.reply = state.editing = null;
    drawQuote();
  }
}

function onEvent(event) {
  if (event.type === "message" || event.type === "edit") {
    const fresh = keep(event.message);
    const elsewhere = event.message.chat_id !== state.chat;
    if (fresh && elsewhere) state.unread.set(event.message.chat_id, (state.unread.get(event.message.chat_id) || 0) + 1);
    at("status").textContent = "";
    if (elsewhere) drawChats(); else drawLog();
  } else if (event.type === "delete") {
    state.messages.set(event.chat_id, (state.messages.get(event.chat_id) || []).filter((m) => m.message_id !== event.message_id));
    drawLog();
  } else if (event.type === "typing" && event.chat_id === state.chat) {
    at("status").textContent = "正在输入…";
  } else if (event.type === "callback_answer" && event.text) {
    toast(event.text);
  } else if (event.type === "chats") {
    state.chats = event.chats;
    choose(chat() ? state.chat : state.chats[0].id, state.thread);
  } else if (event.type === "commands") {
    state.commands = event.commands;
  }
}

function showPanel(open) {
  app.classList.toggle("no-why", !open);
  at("open-why").setAttribute("aria-expanded", String(open));
}

at("composer").onsubmit = (event) => { event.preventDefault(); send(at("text").value); };
at("text").onkeydown = onKey;
at("text").oninput = () => { resize(); drawCommands(); };
at("speaker").onchange = drawLog;
at("topic").onchange = () => choose(state.chat, Number(at("topic").value) || null);
at("attach").onchange = () => { send(at("text").value, at("attach").value); at("attach").value = ""; };
at("quote").lastElementChild.onclick = () => { state.reply = state.editing = null; drawQuote(); };
at("open-chats").onclick = () => at("sidebar").classList.toggle("open");
at("open-why").onclick = () => showPanel(app.classList.contains("no-why"));
at("close-why").onclick = () => showPanel(false);
at("reload").onclick = () => tried(async () => showProblems(at("problems"), (await post("/ui/reload", {})).problems));
showPanel(window.innerWidth > 1000);
listen(onEvent, load, (online) => { at("status").textContent = online ? "" : "连接断开，正在重连…"; });
