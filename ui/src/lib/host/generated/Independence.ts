// Made from the list of commands by `cargo xtask bindings`.
/**
 * Whether a judge may check what a model wrote, as far as the file says; the best first. What is asked while calls run is
 * the same of the models *as served*.
 */
export type Independence = "independent" | "unknown" | "same_family" | "same_model";
