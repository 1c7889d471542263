// The panel that shows what the bot thought.
import { element } from "/page/render.js";

export function showWhy(place, why) {
  place.replaceChildren(
    element("p", "", `「${why.question}」`),
    element("p", "decision", `${why.decision}，把握 ${Number(why.confidence).toFixed(2)}`),
    ...(why.notes || []).map((note) => element("p", "faint", note)),
    ...why.candidates.map(candidate),
  );
}

function candidate(found) {
  const box = element("div", "candidate");
  const bar = element("div", "bar");
  const filled = element("i");
  filled.style.width = `${Math.round(found.score * 100)}%`;
  bar.append(filled);
  box.append(element("div", "", `${found.title}（${found.score.toFixed(3)}）`), bar);
  for (const phrasing of found.nearest || []) box.append(element("small", "", phrasing));
  const parts = Object.entries(found.parts || {}).sort((a, b) => Math.abs(b[1]) - Math.abs(a[1])).slice(0, 5);
  if (parts.length) box.append(element("small", "", parts.map(([name, value]) => `${name} ${value > 0 ? "+" : ""}${value.toFixed(1)}`).join(" · ")));
  return box;
}

export function showProblems(place, problems) {
  place.textContent = problems.length ? `有 ${problems.length} 处要改，先用着原来的答案：\n${problems.join("\n")}` : "已更新。";
}
