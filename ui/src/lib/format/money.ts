/** Money is an integer number of nano-dollars (10⁻⁹ dollars). */
const NANOS = 1_000_000_000;

/** Two digits from a dollar up, otherwise two significant ones: `$18.42`, `$0.0031`, `$0`. */
export function formatMoney(nanos: number): string {
  if (nanos === 0) return "$0";
  const dollars = Math.abs(nanos) / NANOS;
  const sign = nanos < 0 ? "−" : "";
  if (dollars >= 0.995) return `${sign}$${groupDigits(dollars.toFixed(2))}`;
  const zeros = Math.max(1, -Math.floor(Math.log10(dollars)));
  return `${sign}$${dollars.toFixed(Math.min(zeros + 1, 9))}`;
}

/** Always two digits, for limits and totals: `$5.00`. */
export function formatDollars(nanos: number): string {
  const sign = nanos < 0 ? "−" : "";
  return `${sign}$${groupDigits((Math.abs(nanos) / NANOS).toFixed(2))}`;
}

/** A price for a million tokens without the sign of the dollar: `0.25`, `0.025`, `10.00`. */
export function formatPrice(nanos: number): string {
  const dollars = nanos / NANOS;
  const exact = dollars.toFixed(9).replace(/0+$/, "");
  const digits = exact.split(".")[1]?.length ?? 0;
  return groupDigits(dollars.toFixed(Math.max(2, Math.min(digits, 4))));
}

/** An amount that a person typed, in nano-dollars; the reason when it is none. */
export function parseMoney(text: string): { nanos: number } | { problem: string } {
  const digits = text
    .trim()
    .replace(/^\$\s*/, "")
    .replace(/[,_]/g, "");
  if (digits === "") return { problem: "Enter an amount, such as $5.00" };
  if (!/^(\d+(\.\d*)?|\.\d+)$/.test(digits)) return { problem: `“${text.trim()}” is not an amount; write it as $5.00` };
  const [whole = "0", fraction = ""] = digits.split(".");
  if (fraction.replace(/0+$/, "").length > 9) return { problem: "At most nine digits may follow the point" };
  const nanos = Number(whole || "0") * NANOS + Number(fraction.slice(0, 9).padEnd(9, "0"));
  if (nanos > Number.MAX_SAFE_INTEGER) return { problem: "The largest amount is $9,000,000" };
  return { nanos };
}

function groupDigits(text: string): string {
  const [whole = "", fraction] = text.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
