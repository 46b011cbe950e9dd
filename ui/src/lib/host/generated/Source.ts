// Made from the list of commands by `cargo xtask bindings`.
/**
 * The text of a version: a head of YAML and a body of Jinja.
 *
 * A file is `---`, the head, `---` and the body. Line ends are `\n`; `\r\n`, `\r` and a byte order mark are taken and
 * not kept, so that a checkout on Windows has the same hash. A file without a head is only a body.
 */
export type Source = {
/**
 * The front matter without its fences. Each of its lines ends with a line feed.
 */
head: string,
/**
 * The template.
 */
body: string, };
