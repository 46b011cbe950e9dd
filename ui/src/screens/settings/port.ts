/** A port as it is typed: a number, or why it is none. */
export function portOf(text: string): { port: number } | { problem: string } {
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (port >= 1024 && port <= 65_535) return { port };
  return { problem: "A port is a number from 1024 to 65535" };
}
