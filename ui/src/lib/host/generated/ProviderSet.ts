// Made from the list of commands by `cargo xtask bindings`.
/**
 * Changes where a provider is. What is absent stays as it is.
 */
export type ProviderSet = {
/**
 * Its name.
 */
name: string,
/**
 * Its address.
 */
base_url: string | null,
/**
 * The region of AWS Bedrock.
 */
region: string | null,
/**
 * The API version of Azure OpenAI.
 */
api_version: string | null, };
