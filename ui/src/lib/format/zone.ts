const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A moment as the clocks of some place show it. */
export interface Clock {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** A moment in a time zone; in this machine's without one, or with one that this machine doesn't know. */
export function clockIn(zone: string | null | undefined, at: string | number | Date): Clock {
  const date = new Date(at);
  const format = formatOf(zone);
  if (!format) {
    const [year, month, day] = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
    return { year, month, day, hour: date.getHours(), minute: date.getMinutes() };
  }
  const parts = new Map(format.formatToParts(date).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  return {
    year: part("year"),
    month: part("month"),
    day: part("day"),
    hour: part("hour"),
    minute: part("minute"),
  };
}

/** `29 Nov`. */
export function dayIn(zone: string | null | undefined, at: string | number | Date): string {
  const { day, month } = clockIn(zone, at);
  return `${day} ${MONTHS[month - 1] ?? "?"}`;
}

/** `14:06`. */
export function timeIn(zone: string | null | undefined, at: string | number | Date): string {
  const { hour, minute } = clockIn(zone, at);
  return `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
}

/** `14:06` today and until the midnight that ends it, `29 Nov 14:06` otherwise. */
export function momentIn(zone: string | null | undefined, at: string | number | Date, now: number): string {
  const [there, here] = [clockIn(zone, at), clockIn(zone, now)];
  const midnight = there.hour === 0 && there.minute === 0 && new Date(at).getTime() - now < 86_400_000;
  const today = there.year === here.year && there.month === here.month && there.day === here.day;
  const time = timeIn(zone, at);
  return today || (midnight && new Date(at).getTime() > now) ? time : `${dayIn(zone, at)} ${time}`;
}

function formatOf(zone: string | null | undefined): Intl.DateTimeFormat | undefined {
  if (!zone) return undefined;
  const known = formats.get(zone);
  if (known) return known;
  try {
    // A locale by name, because one of the environment's may not exist.
    const format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
    });
    formats.set(zone, format);
    return format;
  } catch {
    return undefined;
  }
}
