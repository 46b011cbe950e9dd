import type { CommandId } from "../lib/commands/definitions.ts";
import type { IconName } from "../lib/components/icons.ts";
import type { Place, ScreenName } from "../lib/state/router.svelte.ts";

/** A line of the rail. */
export interface RailItem {
  screen: ScreenName;
  label: string;
  icon: IconName;
  place: Place;
  command: CommandId;
  /** Screens that count as this one. */
  also?: readonly ScreenName[];
}

export const RAIL: readonly RailItem[] = [
  {
    screen: "library",
    label: "Library",
    icon: "library",
    place: { screen: "library" },
    command: "go-library",
    also: ["editor", "firststart"],
  },
  { screen: "compare", label: "Compare", icon: "compare", place: { screen: "compare" }, command: "go-compare" },
  { screen: "live", label: "Live", icon: "live", place: { screen: "live" }, command: "go-live" },
  { screen: "calls", label: "Calls", icon: "calls", place: { screen: "calls" }, command: "go-calls" },
  { screen: "budgets", label: "Budgets", icon: "budgets", place: { screen: "budgets" }, command: "go-budgets" },
  { screen: "routes", label: "Routes", icon: "routes", place: { screen: "routes" }, command: "go-routes" },
  {
    screen: "providers",
    label: "Providers",
    icon: "providers",
    place: { screen: "providers" },
    command: "go-providers",
  },
];

export const RAIL_FOOT: RailItem = {
  screen: "settings",
  label: "Settings",
  icon: "settings",
  place: { screen: "settings" },
  command: "settings",
};

/** Screens that need their width start with a narrow rail. */
export const NARROW_BY_DEFAULT: readonly ScreenName[] = ["editor", "compare", "live", "calls", "firststart"];
