// Made from the list of commands by `cargo xtask bindings`.
import type { VariableKind } from "./VariableKind.ts";

/**
 * A variable that the template may use.
 */
export type Variable = {
/**
 * Its name in the template.
 */
name: string,
/**
 * What it holds.
 */
kind: VariableKind,
/**
 * What it is for.
 */
description: string | null,
/**
 * The value when none is given.
 */
default: unknown,
/**
 * Whether a run without a value and a default is refused, even when the template doesn't reach it.
 */
required: boolean, };
