const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const two = (number: number) => String(number).padStart(2, "0");

/** The time of day, `14:06:31`, in this machine's zone. */
export function clockTime(at: string | Date, fraction = false): string {
  const date = new Date(at);
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return fraction ? `${time}.${String(date.getMilliseconds()).padStart(3, "0")}` : time;
}

/** `14:06` today, `21 Nov 14:06` otherwise, with the year when it is another one. */
export function shortTime(at: string | Date, now: Date = new Date()): string {
  const date = new Date(at);
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (date.toDateString() === now.toDateString()) return time;
  return `${shortDate(date, now)} ${time}`;
}

/** `3 Nov`, and `3 Nov 2025` when it is another year. */
export function shortDate(at: string | Date, now: Date = new Date()): string {
  const date = new Date(at);
  const day = `${date.getDate()} ${MONTHS[date.getMonth()]}`;
  return date.getFullYear() === now.getFullYear() ? day : `${day} ${date.getFullYear()}`;
}

/** A day of the calendar, `2026-11-22`, as `22 Nov 2026`; it belongs to no time zone. */
export function calendarDay(day: string): string {
  const [year, month, date] = day.split("-").map(Number);
  if (!year || !month || !date) return day;
  return `${date} ${MONTHS[month - 1] ?? "?"} ${year}`;
}

/** How long ago: `just now`, `5 min`, `3 h`, `2 d`. */
export function ago(at: string | Date, now: Date = new Date()): string {
  const seconds = Math.max(0, (now.getTime() - new Date(at).getTime()) / 1000);
  if (seconds < 60) return "just now";
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** How long until then: `16 s`, `2 min 5 s`, `1 h 5 min`; `0 s` when it is over. */
export function countdown(until: string | Date, now: number): string {
  const seconds = Math.max(0, Math.ceil((new Date(until).getTime() - now) / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}

/** The share of a span that is left, from 1 to 0. */
export function shareLeft(since: number, until: string | Date, now: number): number {
  const end = new Date(until).getTime();
  return end <= since ? 0 : Math.min(1, Math.max(0, (end - now) / (end - since)));
}
