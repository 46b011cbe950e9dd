/** Converts between places counted in Unicode code points, as the core counts them, and UTF-16 units, as editors do. */
export interface Offsets {
  /** The UTF-16 place of a code point; behind the text it is the text's end. */
  toUtf16(point: number): number;
  /** The code point of a UTF-16 place; inside a pair of surrogates it is the pair's start. */
  toPoint(unit: number): number;
}

const SURROGATE = /[\ud800-\udbff][\udc00-\udfff]/g;

/** Reads a text once; each conversion then costs a search among its characters outside the basic plane. */
export function offsetsOf(text: string): Offsets {
  // Places of the pairs, in units. The pair with index i is at point places[i] - i.
  const places: number[] = [];
  for (const match of text.matchAll(SURROGATE)) places.push(match.index);
  const length = text.length;
  const points = length - places.length;
  return {
    toUtf16(point) {
      const wanted = clamp(point, points);
      return wanted + countBelow(places, (place, index) => place - index < wanted);
    },
    toPoint(unit) {
      const wanted = clamp(unit, length);
      // A pair that began before this place has taken one unit more than it has points.
      return wanted - countBelow(places, (place) => place < wanted);
    },
  };
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(Math.trunc(value) || 0, 0), most);
}

/** How many entries from the start pass the test; they pass in one run. */
function countBelow(places: readonly number[], passes: (place: number, index: number) => boolean): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (passes(places[middle] as number, middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
