#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use proptest::prelude::*;

use super::*;

/// Dollars per million tokens.
fn dollars(text: &str) -> Money {
    text.parse().unwrap()
}

/// Input, cached input, cache write, an hour of it, output and reasoning; what is empty follows by custom.
fn rates(texts: [&str; 6]) -> Rates {
    let [input, cached_input, cache_write, cache_write_1h, output, reasoning] = texts;
    let optional = |text: &str| (!text.is_empty()).then(|| dollars(text));
    Rates::from(Quote {
        input: dollars(input),
        cached_input: optional(cached_input),
        cache_write: optional(cache_write),
        cache_write_1h: optional(cache_write_1h),
        output: dollars(output),
        reasoning: optional(reasoning),
    })
}

fn stepped(base: [&str; 6], above: u64, then: [&str; 6]) -> Price {
    Price::stepped(rates(base), &[Step { above, rates: rates(then) }]).unwrap()
}

fn check(what: &str, price: Price, usage: Usage, nanos: i64) {
    assert_eq!(price.cost(&usage).nanos(), nanos, "{what}");
    let most = price.dearest(usage.input, usage.output).nanos();
    assert!(most >= nanos, "{what}: {most} would have been held for {nanos}");
}

#[test]
fn a_cost_is_what_the_provider_charges() {
    let mini = Price::from(rates(["0.25", "0.025", "", "", "2", ""]));
    let sonnet = stepped(["3", "0.3", "3.75", "6", "15", ""], 200_000, ["6", "0.6", "7.5", "12", "22.5", ""]);
    let opus = Price::from(rates(["5", "0.5", "6.25", "10", "25", ""]));
    let writes = Price::from(rates(["1", "0.1", "1.25", "", "6", ""]));
    let gemini = stepped(["1.25", "0.125", "", "", "10", ""], 200_000, ["2.5", "0.25", "", "", "15", ""]);
    let flash = Price::flat(dollars("0.30"), dollars("2.50"));
    let grok = stepped(["3", "0.75", "", "", "15", ""], 128_000, ["6", "", "", "", "30", ""]);
    let qwen = Price::from(rates(["0.4", "", "", "", "1.2", "4"]));
    let usage = Usage::default();

    // 256 fresh at 250, 3,840 read at 25, 128 out at 2,000 nano-dollars: 64,000 + 96,000 + 256,000.
    check(
        "a last chunk that holds a choice and the usage: what was cached is cheaper",
        mini,
        Usage { input: 4_096, cached_input: 3_840, output: 128, ..usage },
        416_000,
    );
    // 3 fresh at 1,000, 3,538 written at 1,250, 5 out at 6,000: 3,000 + 4,422,500 + 30,000.
    check(
        "what is written to the cache is part of the input, and dearer",
        writes,
        Usage { input: 3_541, cache_write: 3_538, output: 5, ..usage },
        4_455_500,
    );
    // 15 fresh at 3,000, 4,803 written for an hour at 6,000, 47 out at 15,000: 45,000 + 28,818,000 + 705,000.
    check(
        "a stream that writes to the cache for an hour",
        sonnet,
        Usage { input: 4_818, cache_write_1h: 4_803, output: 47, ..usage },
        29_568_000,
    );
    // 600,000 at 6,250 and 400,000 at 10,000: 3,750,000,000 + 4,000,000,000.
    check(
        "both lifetimes in one request",
        opus,
        Usage { input: 1_000_000, cache_write: 600_000, cache_write_1h: 400_000, ..usage },
        7_750_000_000,
    );
    // 10 fresh at 3,000, 1,000 read at 300, 2,000 written at 3,750, 3,000 for an hour at 6,000, 4 out at 15,000:
    // 30,000 + 300,000 + 7,500,000 + 18,000,000 + 60,000.
    check(
        "every kind of input at once",
        sonnet,
        Usage { input: 6_010, cached_input: 1_000, cache_write: 2_000, cache_write_1h: 3_000, output: 4, ..usage },
        25_890_000,
    );
    // 9 at 300 and 22 at 2,500: 2,700 + 55,000. The 21 are among the 22.
    check(
        "thoughts are part of the output and not charged twice",
        flash,
        Usage { input: 9, output: 22, reasoning: 21, ..usage },
        57_700,
    );
    // 1,000 at 400, 100 at 1,200 and 800 at 4,000: 400,000 + 120,000 + 3,200,000.
    check(
        "thoughts with a rate of their own",
        qwen,
        Usage { input: 1_000, output: 900, reasoning: 800, ..usage },
        3_720_000,
    );
    // 144,519 at 6,000 and 45 at 30,000: 867,114,000 + 1,350,000.
    check(
        "above a step every token of the request has the other rates",
        grok,
        Usage { input: 144_519, output: 45, ..usage },
        868_464_000,
    );
    // 5,005 fresh at 2,500, 257,955 read at 250, 1,744 out at 15,000: 12,512,500 + 64,488,750 + 26,160,000.
    check(
        "a long input that was cached for the most part",
        gemini,
        Usage { input: 262_960, cached_input: 257_955, output: 1_744, ..usage },
        103_161_250,
    );
    // 20,000 fresh at 6,000, 190,000 read at 600, 1,000 out at 22,500: 120,000,000 + 114,000,000 + 22,500,000.
    check(
        "what was read from the cache counts for the step",
        sonnet,
        Usage { input: 210_000, cached_input: 190_000, output: 1_000, ..usage },
        256_500_000,
    );
    // 1 fresh at 6,000, 300,000 written for an hour at 12,000: 6,000 + 3,600,000,000.
    check(
        "an hour in the cache above the step",
        sonnet,
        Usage { input: 300_001, cache_write_1h: 300_000, ..usage },
        3_600_006_000,
    );
    // 200,000 at 3,000; then 200,001 at 6,000.
    check("at the step the base still holds", sonnet, Usage { input: 200_000, ..usage }, 600_000_000);
    check("one token above it does not", sonnet, Usage { input: 200_001, ..usage }, 1_200_006_000);
    // 25 at 3,000 and 40 at 15,000: 75,000 + 600,000.
    check("a stream that was left: its input and what came", sonnet, Usage { input: 25, output: 40, ..usage }, 675_000);
    check("a stream that was left before the first token", sonnet, Usage { input: 25, ..usage }, 75_000);
    // 10 read at 300: a part can't be larger than its whole. 2 of reasoning at 15,000.
    check(
        "parts that don't fit into their whole are cut",
        sonnet,
        Usage { input: 10, cached_input: 99, cache_write: 99, output: 2, reasoning: 99, ..usage },
        33_000,
    );
    check("nothing", sonnet, usage, 0);
}

#[test]
fn a_cost_is_rounded_up_once() {
    let thin = Price::ceiling(Money::from_nanos(1));
    check("a used token is never free", thin, Usage { input: 1, ..Usage::default() }, 1);
    let each = Usage {
        input: 400_000,
        cached_input: 100_000,
        cache_write: 100_000,
        cache_write_1h: 100_000,
        output: 200_000,
        reasoning: 100_000,
    };
    check("six parts of a sixth are rounded together", thin, each, 1);
    let large = Price::ceiling(Money::MAX);
    check("the largest amount doesn't wrap", large, Usage { input: u64::MAX, output: u64::MAX, ..each }, i64::MAX);
}

#[test]
fn rates_that_are_not_named_follow_from_the_others() {
    let custom = rates(["3", "", "3.75", "", "15", ""]);
    assert_eq!(custom.cached_input, dollars("3"), "reading costs what input does");
    assert_eq!(custom.cache_write_1h, dollars("3.75"), "an hour costs what a write does");
    assert_eq!(custom.reasoning, dollars("15"), "reasoning costs what output does");
    assert_eq!(rates(["3", "", "", "", "15", ""]), Rates::flat(dollars("3"), dollars("15")));
}

#[test]
fn steps_must_rise_and_be_few() {
    let step = |above| Step { above, rates: Rates::default() };
    for (steps, error) in
        [(&[1, 2, 3, 4][..], StepsError::TooMany), (&[2, 1], StepsError::NotRising), (&[1, 1], StepsError::NotRising)]
    {
        let steps: Vec<Step> = steps.iter().map(|above| step(*above)).collect();
        assert_eq!(Price::stepped(Rates::default(), &steps), Err(error));
    }
    let text = r#"{"input":1,"cached_input":1,"cache_write":1,"cache_write_1h":1,"output":1,"reasoning":1,"steps":[]}"#;
    assert_eq!(serde_json::from_str::<Price>(text).unwrap(), Price::ceiling(Money::from_nanos(1)));
}

prop_compose! {
    fn some_rates()(nanos in prop::array::uniform6(0..20_000_000_000_i64)) -> Rates {
        let [input, cached_input, cache_write, cache_write_1h, output, reasoning] = nanos.map(Money::from_nanos);
        Rates { input, cached_input, cache_write, cache_write_1h, output, reasoning }
    }
}

prop_compose! {
    fn some_price()(
        base in some_rates(),
        steps in prop::collection::btree_map(1..400_000_u64, some_rates(), 0..=MOST_STEPS),
    ) -> Price {
        let steps: Vec<Step> = steps.into_iter().map(|(above, rates)| Step { above, rates }).collect();
        Price::stepped(base, &steps).unwrap()
    }
}

/// Each step as dear as the one below and its own together, as providers have them.
fn rising(price: Price) -> Price {
    let mut below = price.rates;
    let steps: Vec<Step> = price
        .steps()
        .map(|step| {
            let (a, b) = (below, step.rates);
            below = Rates {
                input: a.input + b.input,
                cached_input: a.cached_input + b.cached_input,
                cache_write: a.cache_write + b.cache_write,
                cache_write_1h: a.cache_write_1h + b.cache_write_1h,
                output: a.output + b.output,
                reasoning: a.reasoning + b.reasoning,
            };
            Step { above: step.above, rates: below }
        })
        .collect();
    Price::stepped(price.rates, &steps).unwrap()
}

/// A usage from counts that don't overlap: fresh, read, written, written for an hour, said, thought.
fn usage([fresh, read, written, hour, said, thought]: [u64; 6]) -> Usage {
    Usage {
        input: fresh + read + written + hour,
        cached_input: read,
        cache_write: written,
        cache_write_1h: hour,
        output: said + thought,
        reasoning: thought,
    }
}

proptest! {
    #[test]
    fn more_of_anything_never_costs_less(
        price in some_price(),
        counts in prop::array::uniform6(0..200_000_u64),
        which in 0..6_usize,
        more in 0..200_000_u64,
    ) {
        let price = rising(price);
        let mut larger = counts;
        larger[which] += more;
        let (less, more) = (price.cost(&usage(counts)), price.cost(&usage(larger)));
        prop_assert!(Money::ZERO <= less && less <= more, "{less} and {more}");
    }

    #[test]
    fn what_is_held_covers_every_usage_within_its_bounds(
        price in some_price(),
        counts in prop::array::uniform6(0..200_000_u64),
        spare in (0..200_000_u64, 0..200_000_u64),
    ) {
        let usage = usage(counts);
        let most = price.dearest(usage.input + spare.0, usage.output + spare.1);
        prop_assert!(price.cost(&usage) <= most);
    }

    #[test]
    fn counts_that_contradict_each_other_cost_no_more_than_is_held(
        price in some_price(),
        counts in prop::array::uniform6(0..400_000_u64),
    ) {
        let [input, cached_input, cache_write, cache_write_1h, output, reasoning] = counts;
        let cost = price.cost(&Usage { input, cached_input, cache_write, cache_write_1h, output, reasoning });
        prop_assert!(Money::ZERO <= cost && cost <= price.dearest(input, output));
    }

    #[test]
    fn a_price_reads_back_as_itself(price in some_price()) {
        let text = serde_json::to_string(&price).unwrap();
        prop_assert_eq!(serde_json::from_str::<Price>(&text).unwrap(), price, "{}", text);
        prop_assert_eq!(Rates::from(price.rates.quote()), price.rates);
    }
}
