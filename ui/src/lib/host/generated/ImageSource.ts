// Made from the list of commands by `cargo xtask bindings`.
/**
 * Where a picture is.
 */
export type ImageSource = { "kind": "base64",
/**
 * Its media type, such as `image/png`.
 */
media_type: string,
/**
 * Its bytes in base64.
 */
data: string, } | { "kind": "url",
/**
 * The address.
 */
url: string, };
