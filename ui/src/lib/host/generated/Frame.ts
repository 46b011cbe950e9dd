// Made from the list of commands by `cargo xtask bindings`.
import type { Event } from "./Event.ts";

/**
 * Some events together. Frames come at most every 25 ms, and their numbers have no gap unless `reset` says so.
 */
export type Frame = {
/**
 * The frame's number, from 1.
 */
seq: number,
/**
 * Whether events are missing before this frame, so that everything shown must be read again.
 */
reset: boolean,
/**
 * The events, in order.
 */
events: Array<Event>, };
