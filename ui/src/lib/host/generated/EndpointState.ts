// Made from the list of commands by `cargo xtask bindings`.
/**
 * How the local endpoint stands.
 */
export type EndpointState = {
/**
 * Whether this program can serve it at all.
 */
available: boolean,
/**
 * Whether it is meant to be on. It is switched on again at the next start.
 */
on: boolean,
/**
 * The port on the loopback interface that is meant.
 */
port: number,
/**
 * Where it listens, as `http://127.0.0.1:4141`; none when it doesn't.
 */
address: string | null,
/**
 * Why it doesn't listen although it was asked to.
 */
error: string | null,
/**
 * A port that can be had instead, when the one that was asked for is taken.
 */
free_port: number | null,
/**
 * How many calls of other programs are under way.
 */
running: number, };
