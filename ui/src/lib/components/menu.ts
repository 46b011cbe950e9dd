import type { IconName } from "./icons.ts";

/** One line of a menu. */
export interface MenuItem {
  id: string;
  label: string;
  run: () => void;
  icon?: IconName;
  /** A quiet fact on the right. */
  note?: string;
  /** A sentence below the label. */
  text?: string;
  /** A command of the registry whose key is shown. */
  command?: string;
  disabled?: boolean;
  /** A line is drawn above it. */
  separated?: boolean;
}

/** One choice of a select. */
export interface SelectItem<T extends string = string> {
  value: T;
  label: string;
  note?: string;
  /** Items of one group stand together under its name. */
  group?: string;
  disabled?: boolean;
}
