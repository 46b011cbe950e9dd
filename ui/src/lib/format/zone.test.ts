import { expect, it } from "vitest";
import { clockIn, dayIn, momentIn, timeIn } from "./zone.ts";

const now = Date.parse("2026-11-22T14:06:31Z");

it("shows a moment as the clocks of the workspace do", () => {
  for (const [zone, day, time] of [
    ["UTC", "22 Nov", "23:30"],
    ["Europe/Berlin", "23 Nov", "00:30"],
    ["Asia/Kathmandu", "23 Nov", "05:15"],
  ] as const) {
    expect([dayIn(zone, "2026-11-22T23:30:00Z"), timeIn(zone, "2026-11-22T23:30:00Z")]).toEqual([day, time]);
  }
});

it("leaves out the day of today and of the midnight that ends it", () => {
  expect(momentIn("UTC", "2026-11-22T18:00:00Z", now)).toBe("18:00");
  expect(momentIn("UTC", "2026-11-23T00:00:00Z", now)).toBe("00:00");
  expect(momentIn("UTC", "2026-11-24T00:00:00Z", now)).toBe("24 Nov 00:00");
  expect(momentIn("UTC", "2026-11-22T00:00:00Z", now)).toBe("00:00");
});

it("falls back to this machine's zone where it doesn't know one", () => {
  const here = new Date(now);
  for (const zone of [null, undefined, "", "Atlantis/Capital"]) {
    expect(clockIn(zone, now)).toMatchObject({ hour: here.getHours(), minute: here.getMinutes() });
  }
});
