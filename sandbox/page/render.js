// A message as Telegram shows it. The server's html is safe; all else goes in as text.
import { moment } from "/page/times.js";

export function element(tag, name = "", text = "") {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text) made.textContent = text;
  return made;
}

export function drawMessage(message, mine, actions, now) {
  const item = element("li", `message ${message.kind === "service" ? "service" : ""} ${mine ? "mine" : ""}`);
  item.dataset.id = message.message_id;
  const bubble = element("div", message.kind === "service" ? "" : "bubble");
  if (message.kind !== "service" && (!mine || message.from.id !== message.author_id)) bubble.append(element("div", "name", message.from.name));
  if (message.reply_to) bubble.append(element("div", "reply", `${message.reply_to.name}：${message.reply_to.text}`));
  if (["sticker", "voice", "photo"].includes(message.kind)) bubble.append(element("div", "faint", { sticker: "［贴纸］", voice: "［语音］", photo: "［图片］" }[message.kind]));
  const words = element("div", "words");
  words.innerHTML = message.html;
  bubble.append(words);
  if (message.kind !== "service") bubble.append(meta(message, actions, now));
  item.append(bubble);
  if (message.keyboard) item.append(keys(message, actions));
  item.ondblclick = () => actions.respond(message);
  return item;
}

function meta(message, actions, now) {
  const line = element("div", "meta", `${message.edited ? "已编辑 " : ""}${moment(message.date, now)}`);
  const respond = element("button", "respond", "回复");
  respond.onclick = () => actions.respond(message);
  line.append(respond);
  return line;
}

function keys(message, actions) {
  const all = element("div", "keys");
  for (const row of message.keyboard) {
    const line = element("div");
    for (const button of row) {
      const key = element("button", "", button.text);
      if (button.url) key.onclick = () => window.open(button.url, "_blank", "noopener");
      else key.onclick = () => actions.press(message, button);
      line.append(key);
    }
    all.append(line);
  }
  return all;
}
