/** `1,234`. No locale: a wrong one in the environment must not change what figures mean. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** `1 prompt`, `2 prompts`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** Bytes as people read them: `812 B`, `12 MB`, `1.4 GB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let [size, unit] = [bytes, 0];
  while (size >= 999.5 && unit < units.length - 1) [size, unit] = [size / 1_000, unit + 1];
  return `${unit > 0 && size < 9.95 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

/** Milliseconds as people read them: `38 ms`, `3.94 s`, `2 min 5 s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 100) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(2)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A change against a first value in per cent, such as `−31%`; nothing when there is nothing to compare. */
export function formatChange(value: number, first: number): string {
  if (first === 0 || value === first) return "";
  const change = Math.round((value / first - 1) * 100);
  if (change === 0) return "";
  return `${change < 0 ? "−" : "+"}${Math.abs(change)}%`;
}

/** The beginning and end of a long hash: `b3:c07e19d2…41fa`. */
export function shortHash(hash: string): string {
  return hash.length > 20 ? `${hash.slice(0, 11)}…${hash.slice(-4)}` : hash;
}
