// Requests, and the stream of events with its reconnecting.
async function answered(response) {
  const body = await response.json();
  if (!response.ok) throw new Error(body.error || "出错了");
  return body;
}

export const get = async (path) => answered(await fetch(path));

export const post = async (path, body) =>
  answered(await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }));

export function listen(onEvent, onOpen, onLine) {
  let wait = 500;
  const connect = () => {
    const socket = new WebSocket(`ws://${location.host}/ui/events`);
    socket.onopen = async () => { wait = 500; onLine(true); await onOpen(); };
    socket.onmessage = (event) => onEvent(JSON.parse(event.data));
    socket.onclose = () => { onLine(false); setTimeout(connect, wait); wait = Math.min(wait * 2, 10000); };
  };
  connect();
}
