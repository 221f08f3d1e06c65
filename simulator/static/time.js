/** The simulated time between two polls, and how a chat writes it (always Asia/Shanghai, which has no summer time). */
let base = 0;
let at = 0;
const DAY = 86400;
const WEEK = "日一二三四五六";

export function setClock(clock) {
  base = clock.epoch_seconds;
  at = performance.now();
}

export const now = () => base + (performance.now() - at) / 1000;

/** A Date whose UTC fields are the wall clock's. */
export const wall = (seconds) => new Date((seconds + 8 * 3600) * 1000);
const two = (number) => String(number).padStart(2, "0");
export const hourMinute = (seconds) => `${wall(seconds).getUTCHours()}:${two(wall(seconds).getUTCMinutes())}`;
const dayNumber = (seconds) => Math.floor((seconds + 8 * 3600) / DAY);

export function longDate(seconds) {
  const day = wall(seconds);
  return `${day.getUTCFullYear()}年${day.getUTCMonth() + 1}月${day.getUTCDate()}日 星期${WEEK[day.getUTCDay()]}`;
}

export function chatTime(seconds) {
  const gone = dayNumber(now()) - dayNumber(seconds);
  const day = wall(seconds);
  if (gone === 0) return hourMinute(seconds);
  if (gone === 1) return `昨天 ${hourMinute(seconds)}`;
  if (gone > 1 && gone < 7) return `星期${WEEK[day.getUTCDay()]} ${hourMinute(seconds)}`;
  const year = day.getUTCFullYear() === wall(now()).getUTCFullYear() ? "" : `${day.getUTCFullYear()}年`;
  return `${year}${day.getUTCMonth() + 1}月${day.getUTCDate()}日 ${hourMinute(seconds)}`;
}

/** Epoch seconds of 19:30 so many days from today. */
export const eveningOf = (days) => (dayNumber(now()) + days) * DAY - 8 * 3600 + 19.5 * 3600;

export function daysToSunday() {
  const weekday = wall(now()).getUTCDay();
  if (weekday === 0) return now() < eveningOf(0) ? 0 : 7;
  return 7 - weekday;
}
