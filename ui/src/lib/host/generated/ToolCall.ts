// Made from the list of commands by `cargo xtask bindings`.
/**
 * A tool that a model asks for.
 */
export type ToolCall = {
/**
 * What the provider calls this use of the tool.
 */
id: string,
/**
 * The tool's name.
 */
name: string,
/**
 * The arguments as the model wrote them: JSON in most cases, but nobody has checked it.
 */
arguments: string,
/**
 * The provider's seal on the thought behind it, without which some don't take the call back.
 */
signature?: string | null, };
