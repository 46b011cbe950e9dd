// Made from the list of commands by `cargo xtask bindings`.
import type { ContentHash } from "./ContentHash.ts";

/**
 * What is known of a version beside its text.
 */
export type VersionInfo = {
/**
 * Its number, from 1.
 */
number: number,
/**
 * The hash of its text.
 */
hash: ContentHash,
/**
 * Why it was saved. Empty for a file that was put there by hand.
 */
message: string,
/**
 * Who saved it.
 */
author: string,
/**
 * When it was saved.
 */
at: string | null,
/**
 * The versions that it was made from, oldest first. Two versions of one parent are branches that live side by side.
 */
parents: Array<number>,
/**
 * The labels that point to it.
 */
labels: Array<string>,
/**
 * Why it can't be used, such as that its text has changed since.
 */
problem: string | null, };
