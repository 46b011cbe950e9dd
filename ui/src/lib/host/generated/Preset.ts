// Made from the list of commands by `cargo xtask bindings`.
/**
 * A well-known service that speaks `OpenAI`'s chat completions.
 */
export type Preset = "ollama" | "lm-studio" | "llama-cpp" | "vllm" | "openrouter" | "groq" | "mistral" | "deepseek" | "xai" | "together";
