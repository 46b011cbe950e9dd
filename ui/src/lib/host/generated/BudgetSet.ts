// Made from the list of commands by `cargo xtask bindings`.
/**
 * Changes a budget, or makes it. What is absent stays as it is; a new one needs a limit.
 */
export type BudgetSet = {
/**
 * Its name.
 */
name: string,
/**
 * The limit as people write it, such as `$5.00`, `200_000 tokens` or `500 requests`.
 */
limit?: string | null,
/**
 * The share of the limit at which it warns, 0 to 1.
 */
warn_at?: number | null,
/**
 * What it covers, such as `user:*`; a new one covers each project.
 */
scope?: string | null,
/**
 * The period: `day`, `week`, `month` or `total`; a new one begins anew each day.
 */
period?: string | null,
/**
 * The share of the limit from which calls are made cheaper, 0 to 1.
 */
degrade_at?: number | null,
/**
 * How they are made cheaper, in this order; an empty list for not at all.
 */
degrade?: Array<string> | null,
/**
 * `block`, or the dollars that a million tokens of a model without a price count as.
 */
unknown_price?: string | null, };
