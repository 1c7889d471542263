// Moments (epoch seconds) as a person in China reads them, wherever this browser is.
const format = (options) => {
  const made = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", ...options });
  return (seconds) => made.format(new Date(seconds * 1000));
};
const date = format({ month: "long", day: "numeric" });
const dated = format({ year: "numeric", month: "long", day: "numeric" });
const weekday = format({ weekday: "short" });
const year = format({ year: "numeric" });

export const hour = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
export const ticking = format({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
export const day = (seconds, now) => `${year(seconds) === year(now) ? date(seconds) : dated(seconds)} ${weekday(seconds)}`;
export const fullDay = (seconds) => `${dated(seconds)} ${weekday(seconds)}`;
export const isSameDay = (one, other) => dated(one) === dated(other);
export const moment = (seconds, now) => (isSameDay(seconds, now) ? hour(seconds) : `${date(seconds)} ${hour(seconds)}`);
