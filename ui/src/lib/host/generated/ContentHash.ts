// Made from the list of commands by `cargo xtask bindings`.
/**
 * The BLAKE3 hash of some content, written as `b3:` and 64 hexadecimal digits.
 */
export type ContentHash = string;
