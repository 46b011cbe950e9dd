import { formatDollars } from "$lib/format/money.ts";
import type { BudgetCourse, BudgetRow, Unit } from "$lib/host/index.ts";
import { reaches } from "$lib/state/budgets.svelte.ts";

/** A scale: what stands where, in pixels. */
export interface Scale {
  x: (at: number) => number;
  y: (amount: number) => number;
  /** The lines across, from the bottom. */
  ticks: number[];
  from: number;
  to: number;
}

/** The room that a drawing has, and what its edges keep free. */
export interface Room {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** 1, 2 or 5 times a power of ten, at least so much. */
export function niceStep(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-9)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= value * 0.999_999) ?? power;
}

/** How the course of a budget fits into a drawing: the limit, the forecast with its error and the whole period. */
export function scaleOf(budget: BudgetRow, course: BudgetCourse, room: Room, now: number): Scale {
  const from = Date.parse(course.from);
  const to = Math.max(course.to === null ? now : Date.parse(course.to), from + 1);
  const most = Math.max(budget.limit, budget.settled, budget.forecast?.high ?? 0, 1) * 1.04;
  const step = niceStep(most / (room.height < 220 ? 3 : 6));
  const top = Math.ceil(most / step) * step;
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step);
  const [wide, high] = [room.width - room.left - room.right, room.height - room.top - room.bottom];
  return {
    x: (at) => room.left + wide * Math.min(1, Math.max(0, (at - from) / (to - from))),
    y: (amount) => room.top + high * (1 - amount / top),
    ticks,
    from,
    to,
  };
}

/** How far right the words of lines stand that lie under each other: where two would touch, the lower one moves on. */
export function staggered(heights: readonly number[], apart: number): number[] {
  const places: number[] = [];
  for (const [index, height] of heights.entries()) {
    const near = heights.slice(0, index).map((other, at) => (Math.abs(other - height) < apart ? places[at] : -1));
    places.push(Math.max(-1, ...near.map((place) => place ?? -1)) + 1);
  }
  return places;
}

/** Moments for the axis below: the two ends and what lies evenly between them. */
export function moments(scale: Scale, count = 5): number[] {
  return Array.from({ length: count }, (_, index) => scale.from + ((scale.to - scale.from) * index) / (count - 1));
}

/** A path through points. */
export function pathOf(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], index) => `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
}

/** Amounts on an axis, short: `$40`, `$0.02`, `400k`. */
export function axisAmount(unit: Unit, amount: number, step: number): string {
  if (unit === "dollars") {
    const digits = Math.max(0, Math.min(9, -Math.floor(Math.log10(step / 1e9))));
    return step >= 1e9 ? formatDollars(amount).replace(/\.00$/, "") : `$${(amount / 1e9).toFixed(digits)}`;
  }
  if (amount >= 1e6 && step >= 1e5) return `${amount / 1e6}M`;
  return amount >= 1e3 && step >= 100 ? `${amount / 1e3}k` : String(amount);
}

/** What a limit would lead to by the forecast, in words for the middle of a sentence; undefined without a forecast. */
export function prospect(
  budget: BudgetRow,
  limit: number,
  now: number,
  moment: (at: number) => string,
): { steps: string | undefined; stops: string | undefined } | undefined {
  if (!budget.forecast || budget.resets_at === null) return undefined;
  const at = (amount: number) => {
    const found = reaches(budget, amount, now);
    return found === undefined ? undefined : found <= now ? "now" : moment(found);
  };
  return { steps: budget.degrade.length > 0 ? at(limit * budget.degrade_at) : undefined, stops: at(limit) };
}

/** A limit that the forecast fits into; undefined where the present one does. */
export function roomier(budget: BudgetRow): number | undefined {
  const { forecast, limit } = budget;
  if (!forecast || forecast.expected <= limit) return undefined;
  const unit = budget.unit === "dollars" ? 1e9 : 1;
  const step = Math.max(niceStep(forecast.expected / 20), budget.unit === "dollars" ? unit / 100 : 1);
  return Math.ceil((forecast.expected * 1.05) / step) * step;
}
