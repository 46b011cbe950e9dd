// Made from the list of commands by `cargo xtask bindings`.
import type { Item } from "./Item.ts";

/**
 * What became of it.
 */
export type ItemSaved = {
/**
 * The item.
 */
item: Item,
/**
 * The file, from the workspace's folder.
 */
file: string,
/**
 * Whether it was there already, so that nothing was written.
 */
unchanged: boolean, };
