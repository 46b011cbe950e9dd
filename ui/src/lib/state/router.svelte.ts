/** Where the window is. Every place can be written to the session and restored. */
export type Place =
  | { screen: "library" }
  | { screen: "editor"; prompt: string }
  | { screen: "compare"; prompt?: string }
  | { screen: "live"; call?: string }
  | { screen: "calls"; call?: string }
  | { screen: "budgets" }
  | { screen: "routes"; route?: string }
  | { screen: "providers"; provider?: string }
  | { screen: "settings" }
  | { screen: "firststart" };

export type ScreenName = Place["screen"];

const SCREENS: readonly ScreenName[] = [
  "library",
  "editor",
  "compare",
  "live",
  "calls",
  "budgets",
  "routes",
  "providers",
  "settings",
  "firststart",
];

/** A place read from the session; nothing when it is none, for example one of a newer version. */
export function readPlace(value: unknown): Place | undefined {
  if (typeof value !== "object" || value === null || !("screen" in value)) return undefined;
  const place = value as Record<string, unknown>;
  if (!SCREENS.includes(place.screen as ScreenName)) return undefined;
  if (place.screen === "editor" && typeof place.prompt !== "string") return undefined;
  return place as Place;
}

class Router {
  #place = $state.raw<Place>({ screen: "library" });
  #past: Place[] = [];
  #listeners = new Set<(place: Place) => void>();

  get place(): Place {
    return this.#place;
  }

  /** Opens a place; the one left behind can be reached by `back`. */
  go(place: Place): void {
    if (JSON.stringify(place) === JSON.stringify(this.#place)) return;
    this.#past = [...this.#past.slice(-49), this.#place];
    this.#set(place);
  }

  /** Changes the place without a step to go back to: a choice inside a screen, or the start. */
  replace(place: Place): void {
    this.#set(place);
  }

  back(): void {
    const place = this.#past.pop();
    if (place) this.#set(place);
  }

  onchange(listener: (place: Place) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #set(place: Place): void {
    this.#place = place;
    for (const listener of this.#listeners) listener(place);
  }
}

export const router = new Router();
