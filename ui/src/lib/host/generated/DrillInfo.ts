// Made from the list of commands by `cargo xtask bindings`.
/**
 * A drill that can be run.
 */
export type DrillInfo = {
/**
 * Its name, by which it is run.
 */
name: string,
/**
 * The same for people.
 */
title: string,
/**
 * What it shows.
 */
shows: string, };
