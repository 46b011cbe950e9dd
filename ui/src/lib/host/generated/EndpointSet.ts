// Made from the list of commands by `cargo xtask bindings`.
/**
 * Switches the local endpoint.
 */
export type EndpointSet = {
/**
 * Whether it shall listen.
 */
on: boolean,
/**
 * On which port; the one that is known when there is none, and any free one for 0.
 */
port: number | null, };
