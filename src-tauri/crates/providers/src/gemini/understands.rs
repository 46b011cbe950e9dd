//! What Gemini's models understand, told by their names.

/// How a model is told to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thinking {
    /// It can't be told.
    Never,
    /// By the number of tokens that it may spend.
    Budget {
        /// The fewest that it takes.
        least: u32,
    },
    /// In a word.
    Level,
}

/// What one model understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Understands {
    /// How it is told to think.
    pub(crate) thinking: Thinking,
    /// Whether it refuses a call of a tool that comes back without the seal on the thought behind it.
    pub(crate) wants_signatures: bool,
}

/// The models that differ from the newest, by the beginnings of their names. The first that fits counts.
const OLDER: &[(&str, Understands)] = &[
    ("gemini-1", OLD),
    ("gemini-2.0", OLD),
    ("gemini-2.5-pro", Understands { thinking: Thinking::Budget { least: 128 }, wants_signatures: false }),
    ("gemini-2.5", Understands { thinking: Thinking::Budget { least: 0 }, wants_signatures: false }),
    ("gemini-", Understands { thinking: Thinking::Level, wants_signatures: true }),
];
const OLD: Understands = Understands { thinking: Thinking::Never, wants_signatures: false };

impl Understands {
    /// What the model of this name understands. A name that isn't one of Gemini's belongs to a plainer model.
    pub(crate) fn of(model: &str) -> Self {
        let name = model.rsplit('/').next().unwrap_or(model);
        OLDER.iter().find(|(start, _)| name.starts_with(start)).map_or(OLD, |(_, understands)| *understands)
    }
}

/// Whether a model can be held to a schema. Those of other families that are served beside Gemini's can't.
pub(crate) fn has_schemas(model: &str) -> bool {
    model.rsplit('/').next().unwrap_or(model).starts_with("gemini-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_its_model_understands() {
        for (model, thinking, wants_signatures) in [
            ("gemini-2.0-flash-001", Thinking::Never, false),
            ("models/gemini-2.5-pro", Thinking::Budget { least: 128 }, false),
            ("gemini-2.5-flash-lite", Thinking::Budget { least: 0 }, false),
            ("gemini-3.1-pro-preview", Thinking::Level, true),
            ("gemini-flash-latest", Thinking::Level, true),
            ("gemma-3-27b-it", Thinking::Never, false),
        ] {
            assert_eq!(Understands::of(model), Understands { thinking, wants_signatures }, "{model}");
        }
    }
}
