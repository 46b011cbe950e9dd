// Made from the list of commands by `cargo xtask bindings`.
/**
 * A model that a provider offers.
 */
export type FoundModel = {
/**
 * Its identifier at the provider.
 */
id: string,
/**
 * How many tokens a conversation may have, where the provider says so.
 */
context_window: number | null,
/**
 * Who owns it, where the provider says so.
 */
owned_by: string | null, };
