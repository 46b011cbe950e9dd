// Made from the list of commands by `cargo xtask bindings`.
/**
 * An amount of money in nano-dollars (10⁻⁹ US dollars). Arithmetic saturates: an amount can't wrap round to "free".
 */
export type Money = number;
