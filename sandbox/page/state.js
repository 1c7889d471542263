// What the page knows, and short ways to it.
import { post } from "/page/transport.js";

export const at = (id) => document.getElementById(id);
export const state = { bot: null, users: [], chats: [], messages: new Map(), commands: {}, chat: null, wanted: null, thread: null, speaker: null, reply: null, editing: null, unread: new Map(), picked: 0 };

export const chat = () => state.chats.find((c) => c.id === state.chat);
export const people = () => chat().members.filter((m) => state.users.some((u) => u.id === m.id));
export const here = () => (state.messages.get(state.chat) || []).filter((m) => !chat().is_forum || (m.thread_id || null) === state.thread);

// The chosen person, or the first who is in this chat.
export function speaker() {
  const present = people();
  return (present.find((m) => m.id === state.speaker) || present[0] || { id: null }).id;
}

export function toast(text) {
  at("toast").textContent = text;
  at("toast").hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { at("toast").hidden = true; }, 4000);
}

export async function tried(action) {
  try { return await action(); } catch (error) { toast(error.message); return null; }
}

export const act = (path, body) => tried(() => post(path, body));

export function keep(message) {
  const list = state.messages.get(message.chat_id) || [];
  const place = list.findIndex((m) => m.message_id === message.message_id);
  if (place >= 0) list[place] = message; else list.push(message);
  state.messages.set(message.chat_id, list);
  return place < 0;
}
