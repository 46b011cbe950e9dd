// Made from the list of commands by `cargo xtask bindings`.
import type { AnswerProblem } from "./AnswerProblem.ts";

/**
 * Why an answer has no value.
 */
export type AnswerError = {
/**
 * Which reason it is, by its name, which is the same in every release.
 */
kind: string,
/**
 * What is wrong, in words.
 */
message: string,
/**
 * What doesn't follow the schema.
 */
problems: Array<AnswerProblem>,
/**
 * The nearest value, where there is one.
 */
nearest: unknown, };
