// Where one is and as whom: the list of chats, the speakers, and how the bot stands in this chat.
import { act, at, chat, people, speaker, state } from "/page/state.js";
import { element } from "/page/render.js";
import { title } from "/page/settings.js";

export function drawChats(choose) {
  const groups = state.chats.filter((c) => c.type !== "private");
  const privates = state.chats.filter((c) => c.type === "private");
  at("chats").replaceChildren(...part("群", groups, choose), ...part("和助手的私聊", privates, choose));
  const all = [...state.unread.values()].reduce((sum, n) => sum + n, 0);
  const badge = at("open-chats").lastElementChild;
  badge.hidden = !all;
  badge.textContent = all;
}

function part(heading, chats, choose) {
  return [element("li", "heading", heading), ...chats.map((c) => entry(c, choose))];
}

const STANDING = { left: "未开始", kicked: "已拉黑" };

function entry(c, choose) {
  const button = element("button", "", c.title);
  button.setAttribute("aria-current", String(c.id === state.chat));
  const unread = state.unread.get(c.id);
  if (unread) button.append(element("span", "unread", String(unread)));
  else if (c.type === "private" && STANDING[c.bot]) button.append(element("small", "faint", STANDING[c.bot]));
  button.onclick = () => choose(c.id);
  const item = element("li");
  item.append(button);
  return item;
}

export function drawSpeakers(redraw) {
  const place = at("speakers");
  place.hidden = chat().type === "private";
  place.replaceChildren(element("span", "faint", "以谁的身份说话、按按钮"), ...people().map((m) => {
    const chip = element("button", "", m.name);
    chip.setAttribute("role", "radio");
    chip.setAttribute("aria-checked", String(m.id === speaker()));
    if (m.status !== "member") chip.append(element("small", "", title(m, chat())));
    chip.onclick = () => { state.speaker = m.id; redraw(); };
    return chip;
  }));
}

export function drawStanding(send) {
  const { type, bot, id, title: name } = chat();
  const known = {
    private: { left: [`${name}还没有开始：机器人不能先发消息。`, "开始", () => send("/start")], kicked: [`${name}拉黑了机器人。`, "解除拉黑", () => act("/ui/block", { user_id: id, blocked: false })] },
    group: { left: ["机器人不在这个群里。", "加进群", () => act("/ui/group/bot", { chat_id: id, status: "member" })], restricted: ["机器人被禁言，发不出消息。", "解除禁言", () => act("/ui/group/bot", { chat_id: id, status: "member" })] },
  };
  known.group.kicked = known.group.left;
  const found = known[type === "private" ? "private" : "group"][bot];
  at("standing").hidden = !found;
  if (!found) return;
  const [words, key] = at("standing").children;
  words.textContent = found[0];
  key.textContent = found[1];
  key.onclick = found[2];
}
