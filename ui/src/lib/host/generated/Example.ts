// Made from the list of commands by `cargo xtask bindings`.
/**
 * An exchange that shows the model what is wanted. Its texts are sent as they are: they are no templates.
 */
export type Example = {
/**
 * What a user says.
 */
user: string,
/**
 * What the model should answer.
 */
assistant: string, };
