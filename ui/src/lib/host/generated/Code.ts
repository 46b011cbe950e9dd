// Made from the list of commands by `cargo xtask bindings`.
/**
 * What a window acts on. Whatever it only shows is `internal`.
 */
export type Code = "not_found" | "invalid" | "conflict" | "unmerged" | "tampered" | "protected" | "keychain" | "provider" | "disk_full" | "read_only" | "newer" | "damaged" | "already_open" | "internal";
