// Made from the list of commands by `cargo xtask bindings`.
/**
 * Names one provider.
 */
export type ProviderNamed = {
/**
 * Its name.
 */
name: string, };
