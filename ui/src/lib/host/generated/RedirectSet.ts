// Made from the list of commands by `cargo xtask bindings`.
/**
 * Lets an old name lead to a prompt, or nowhere.
 */
export type RedirectSet = {
/**
 * The old name.
 */
from: string,
/**
 * The prompt that it shall lead to; none lets it lead nowhere.
 */
to: string | null, };
