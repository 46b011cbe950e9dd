//! What Anthropic's models understand, told by their names.

/// How a model is told to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thinking {
    /// It can't.
    Never,
    /// By the number of tokens that it may spend.
    Budget,
    /// In a word; it sees for itself how much it takes.
    Adaptive,
}

/// What one model understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Understands {
    /// How it is told to think.
    pub(crate) thinking: Thinking,
    /// Whether it can be held to a schema.
    pub(crate) schema: bool,
    /// Whether it takes `temperature` and `top_p`; those that don't refuse the whole request.
    pub(crate) sampling: bool,
}

/// The models that differ from the newest, by the beginnings of their names. The first that fits counts.
const OLDER: &[(&str, Understands)] = &[
    ("claude-2", OLD),
    ("claude-instant", OLD),
    ("claude-3-7", FOURTH),
    ("claude-3", OLD),
    ("claude-opus-4-0", FOURTH),
    ("claude-opus-4-1", FOURTH),
    ("claude-opus-4-20", FOURTH),
    ("claude-sonnet-4-0", FOURTH),
    ("claude-sonnet-4-20", FOURTH),
    ("claude-opus-4-5", LATE_FOURTH),
    ("claude-sonnet-4-5", LATE_FOURTH),
    ("claude-haiku-4-5", LATE_FOURTH),
    ("claude-opus-4-6", Understands { thinking: Thinking::Adaptive, schema: true, sampling: true }),
    ("claude-sonnet-4-6", Understands { thinking: Thinking::Adaptive, schema: true, sampling: true }),
];
const OLD: Understands = Understands { thinking: Thinking::Never, schema: false, sampling: true };
const FOURTH: Understands = Understands { thinking: Thinking::Budget, schema: false, sampling: true };
const LATE_FOURTH: Understands = Understands { thinking: Thinking::Budget, schema: true, sampling: true };
const NEWEST: Understands = Understands { thinking: Thinking::Adaptive, schema: true, sampling: false };

impl Understands {
    /// What the model of this name understands. A name that isn't one of Anthropic's belongs to another server that
    /// speaks the protocol, in the form that all of them know.
    pub(crate) fn of(model: &str) -> Self {
        let name = model.find("claude-").and_then(|start| model.get(start..));
        let Some(name) = name else {
            return FOURTH;
        };
        OLDER.iter().find(|(start, _)| name.starts_with(start)).map_or(NEWEST, |(_, understands)| *understands)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_its_model_understands() {
        for (model, understands) in [
            ("claude-3-5-haiku-20241022", OLD),
            ("claude-3-7-sonnet-latest", FOURTH),
            ("claude-opus-4-20250514", FOURTH),
            ("claude-sonnet-4-5-20250929", LATE_FOURTH),
            ("anthropic/claude-haiku-4-5", LATE_FOURTH),
            ("claude-opus-4-7", NEWEST),
            ("claude-sonnet-5", NEWEST),
            ("kimi-k2", FOURTH),
        ] {
            assert_eq!(Understands::of(model), understands, "{model}");
        }
    }
}
