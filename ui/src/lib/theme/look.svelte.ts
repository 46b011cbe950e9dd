import { applyMotion, applyTextSize, applyTheme, scaled, type TextSize, type Theme } from "./theme.ts";

/** The chosen look. Changing a field applies it at once; the settings screen remembers it in the session. */
class Look {
  #theme = $state<Theme>("system");
  #textSize = $state<TextSize>(100);
  #motion = $state<"system" | "less">("system");

  get theme(): Theme {
    return this.#theme;
  }
  set theme(theme: Theme) {
    this.#theme = theme;
    applyTheme(theme);
  }

  get textSize(): TextSize {
    return this.#textSize;
  }
  set textSize(size: TextSize) {
    this.#textSize = size;
    applyTextSize(size);
  }

  get motion(): "system" | "less" {
    return this.#motion;
  }
  set motion(motion: "system" | "less") {
    this.#motion = motion;
    applyMotion(motion);
  }

  /** A length of the layout in whole pixels at the chosen text size; for virtual lists, which need numbers. */
  px(pixels: number): number {
    return scaled(pixels, this.#textSize);
  }

  /** How wide a place is, counted in the usual text size: larger text leaves less room for columns. */
  room(width: number): number {
    return width / (this.#textSize / 100);
  }
}

export const look = new Look();
