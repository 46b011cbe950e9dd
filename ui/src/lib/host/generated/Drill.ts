// Made from the list of commands by `cargo xtask bindings`.
/**
 * A failure that can be tried out.
 */
export type Drill = {
/**
 * Its name.
 */
name: string,
/**
 * Its title.
 */
title: string,
/**
 * What it shows.
 */
shows: string, };
