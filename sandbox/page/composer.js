// The line to write in: what is answered or changed, the commands that fit, and the keys.
import { at, here, speaker, state } from "/page/state.js";
import { element } from "/page/render.js";

export function plain(html) {
  const words = element("span");
  words.innerHTML = html;
  return words.textContent;
}

export function drawQuote() {
  const about = state.editing || state.reply;
  at("quote").hidden = !about;
  at("quote").firstElementChild.textContent = about ? `${state.editing ? "修改" : "回复"}：${plain(about.html)}` : "";
}

export function forget() {
  state.reply = state.editing = null;
  drawQuote();
}

export function resize() {
  at("text").style.height = "auto";
  at("text").style.height = `${at("text").scrollHeight + 2}px`;
}

function commands() {
  const typed = at("text").value;
  const known = state.commands[String(state.chat)] || [];
  return typed.startsWith("/") && !typed.includes(" ") ? known.filter((c) => `/${c.command}`.startsWith(typed)) : [];
}

export function drawCommands() {
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

export function onKey(event, send) {
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
    changeLast(event);
  } else if (event.key === "Escape") {
    forget();
  }
}

function changeLast(event) {
  const last = here().filter((m) => m.author_id === speaker() && m.kind === "text").at(-1);
  if (!last) return;
  event.preventDefault();
  state.editing = last;
  at("text").value = plain(last.html);
  drawQuote();
}
