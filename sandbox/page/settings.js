// The menu of one chat: the bot's standing, the members, the topics, and the chat itself.
import { element } from "/page/render.js";
import { post } from "/page/transport.js";

const dialog = document.getElementById("settings");
const TITLES = { creator: "群主", administrator: "管理员", member: "成员", restricted: "被禁言", left: "不在群里", kicked: "已移出" };

export const title = (member, chat) => [TITLES[member.status], chat.anonymous.includes(member.id) ? "匿名" : ""].filter(Boolean).join(" · ");

export function drawSettings(chat, people, told) {
  const act = async (path, body) => {
    try { told(await post(path, { chat_id: chat.id, ...body })); } catch (error) { told({}, error.message); }
  };
  const parts = chat.type === "private" ? [privately(chat, act)] : [bot(chat, act), members(chat, people, act), topics(chat, act), whole(chat, act)];
  dialog.querySelector("h2").textContent = chat.type === "private" ? `${chat.title}的私聊` : `「${chat.title}」群设置`;
  dialog.querySelector("div").replaceChildren(...parts.filter(Boolean));
}

const key = (label, action, name = "") => {
  const made = element("button", name, label);
  made.type = "button";
  made.onclick = action;
  return made;
};

function row(name, faint, ...keys) {
  const line = element("li");
  const words = element("span", "", name);
  if (faint) words.append(element("small", "faint", faint));
  line.append(words, ...keys);
  return line;
}

function section(heading, ...rows) {
  const made = element("section");
  const list = element("ul");
  list.append(...rows);
  made.append(element("h3", "", heading), list);
  return made;
}

function privately(chat, act) {
  const blocked = chat.bot === "kicked";
  const block = key(blocked ? "解除拉黑" : "拉黑机器人", () => act("/ui/block", { user_id: chat.id, blocked: !blocked }), blocked ? "" : "danger");
  return section("机器人", row("党小组助手", blocked ? "已拉黑，它发不出消息" : "可以给您发消息", block));
}

function bot(chat, act) {
  const be = (status) => () => act("/ui/group/bot", { status });
  const keys = {
    member: [key("设为管理员", be("administrator")), key("禁言", be("muted")), key("移出", be("kicked"), "danger")],
    administrator: [key("取消管理员", be("member")), key("移出", be("kicked"), "danger")],
    restricted: [key("解除禁言", be("member")), key("移出", be("kicked"), "danger")],
  };
  return section("机器人", row("党小组助手", TITLES[chat.bot], ...(keys[chat.bot] || [key("加进群", be("member"))])));
}

function members(chat, people, act) {
  const owner = (chat.members.find((m) => m.status === "creator") || chat.members[0]).id;
  const be = (user, status, by = owner) => () => act("/ui/group/member", { user_id: user.id, status, by });
  const inside = chat.members.filter((m) => people.some((p) => p.id === m.id));
  const outside = people.filter((p) => !inside.some((m) => m.id === p.id));
  const rules = (m) => m.status === "creator" || m.status === "administrator";
  const hidden = (m) => chat.anonymous.includes(m.id);
  const anonymous = (m) => key(hidden(m) ? "不再匿名" : "匿名发言", () => act("/ui/group/anonymous", { user_id: m.id, anonymous: !hidden(m) }));
  const promote = (m) => (rules(m) ? key("取消管理员", be(m, "member")) : key("设为管理员", be(m, "administrator")));
  const keys = (m) => [
    ...(rules(m) && chat.type === "supergroup" ? [anonymous(m)] : []),
    ...(m.status === "creator" ? [] : [promote(m), key("移出", be(m, "kicked"), "danger")]),
  ];
  return section("成员", ...inside.map((m) => row(m.name, title(m, chat), ...keys(m))), ...outside.map((p) => row(p.name, "不在群里", key("请进群", be(p, "member")))));
}

function topics(chat, act) {
  if (!chat.is_forum) return null;
  const one = (t) => row(t.name, t.closed ? "已关闭" : "", key(t.closed ? "重新打开" : "关闭", () => act("/ui/topic/close", { topic_id: t.id, closed: !t.closed })), key("删除", () => act("/ui/topic/delete", { topic_id: t.id }), "danger"));
  const line = element("li");
  const name = element("input");
  Object.assign(name, { placeholder: "新话题的名字", maxLength: 60, ariaLabel: "新话题的名字" });
  line.append(name, key("新建话题", () => act("/ui/topic/add", { name: name.value })));
  return section("话题", ...chat.topics.map(one), line);
}

function whole(chat, act) {
  const upgrade = row("升级为超级群", "群号会变", key("升级", () => act("/ui/group/migrate", {})));
  const end = row("解散群", "消息都会消失", key("解散", () => { if (window.confirm(`解散「${chat.title}」？`)) act("/ui/group/delete", {}); }, "danger"));
  return section("这个群", ...(chat.type === "group" ? [upgrade] : []), end);
}

export const openSettings = () => dialog.showModal();
export const settingsAreOpen = () => dialog.open;
export const closeSettings = () => dialog.close();
dialog.querySelector("header button").onclick = closeSettings;
dialog.onclick = (event) => { if (event.target === dialog) closeSettings(); };
