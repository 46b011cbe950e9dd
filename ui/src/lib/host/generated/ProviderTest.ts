// Made from the list of commands by `cargo xtask bindings`.
/**
 * Tests one provider.
 */
export type ProviderTest = {
/**
 * Its name.
 */
name: string,
/**
 * The name of the key to test with; none for the first that is there.
 */
key: string | null, };
