/** What a person can choose; `system` leaves it to the desktop. */
export type Theme = "system" | "light" | "dark" | "contrast";

export const THEMES: readonly { value: Theme; label: string }[] = [
  { value: "system", label: "System" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
  { value: "contrast", label: "Contrast" },
];

/** Text sizes in per cent of the base of 13 pixels. */
export const TEXT_SIZES = [90, 100, 125, 150] as const;
export type TextSize = (typeof TEXT_SIZES)[number];

export function isTheme(value: unknown): value is Theme {
  return THEMES.some((theme) => theme.value === value);
}

export function isTextSize(value: unknown): value is TextSize {
  return TEXT_SIZES.some((size) => size === value);
}

/**
 * Puts the choice on the root element, where tokens.css reads it. High contrast follows the system between dark and
 * light, because it answers another question than brightness does.
 */
export function applyTheme(theme: Theme, root: HTMLElement = document.documentElement): void {
  if (theme === "system") {
    delete root.dataset.theme;
    return;
  }
  const wantsDark = window.matchMedia?.("(prefers-color-scheme: dark)").matches ?? false;
  root.dataset.theme = theme === "contrast" && !wantsDark ? "contrast-light" : theme;
}

/** The tokens that grow with the text, with their size in pixels at 100 per cent. Space and corners stay. */
const SCALED: Readonly<Record<string, number>> = {
  "--type-11": 11,
  "--type-12": 12,
  "--type-13": 13,
  "--type-15": 15,
  "--type-20": 20,
  "--line-16": 16,
  "--line-20": 20,
  "--line-28": 28,
  "--row-dense": 24,
  "--row": 28,
  "--row-double": 44,
  "--control": 24,
  "--control-large": 28,
  "--bar-top": 40,
  "--bar-tool": 36,
  "--bar-pane": 32,
  "--bar-status": 24,
  "--rail-wide": 148,
};

/**
 * Scales text, rows and bars, not the page: a zoomed page would move every overlay that is placed by measured
 * coordinates, and virtual lists would count wrong rows.
 */
export function applyTextSize(size: TextSize, root: HTMLElement = document.documentElement): void {
  if (size === 100) root.style.removeProperty("--text-scale");
  else root.style.setProperty("--text-scale", String(size / 100));
  for (const [token, pixels] of Object.entries(SCALED)) {
    if (size === 100) root.style.removeProperty(token);
    else root.style.setProperty(token, `${scaled(pixels, size)}px`);
  }
}

/** A length at a text size, in whole pixels, so that hairlines stay sharp. */
export function scaled(pixels: number, size: TextSize): number {
  return Math.round((pixels * size) / 100);
}

/** `less` switches motion off whatever the system says; `system` follows it. */
export function applyMotion(motion: "system" | "less", root: HTMLElement = document.documentElement): void {
  if (motion === "less") {
    root.style.setProperty("--motion", "0ms");
    root.style.setProperty("--motion-fast", "0ms");
  } else {
    root.style.removeProperty("--motion");
    root.style.removeProperty("--motion-fast");
  }
}
