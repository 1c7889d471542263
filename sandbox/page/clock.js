// The bar with the sandbox's own time, and the buttons that move it on.
import { fullDay, day, hour, ticking } from "/page/times.js";
import { post } from "/page/transport.js";

const bar = document.getElementById("clock");
const [face, buttons, journey] = ["now", "travel", "journey"].map((id) => document.getElementById(id));
let ahead = 0;

export const now = () => Date.now() / 1000 + ahead;

export function setClock(seconds, underWay) {
  ahead = seconds - Date.now() / 1000;
  bar.classList.toggle("moving", underWay);
  for (const button of buttons.children) button.disabled = underWay;
  tick();
}

export function offerTravel(possible) {
  buttons.hidden = !possible;
}

function tick() {
  face.textContent = `${fullDay(now())} ${ticking(now())}`;
}

async function go(to) {
  journey.className = "";
  journey.textContent = "正在往前走…";
  try {
    const { now: arrived, told } = await post("/ui/travel", { to });
    const seconds = Date.parse(arrived) / 1000;
    journey.textContent = `已到 ${day(seconds, seconds)} ${hour(seconds)}${told ? `，${told}` : ""}`;
  } catch (error) {
    journey.className = "wrong";
    journey.textContent = error.message;
  }
}

for (const button of buttons.children) button.onclick = () => go(button.dataset.to);
setInterval(tick, 1000);
