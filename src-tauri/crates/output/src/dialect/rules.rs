//! What each provider takes, as tables.

use super::Dialect;

/// What a provider's subset has.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "a table of what each provider takes is read best as yes and no")]
pub(super) struct Rules {
    /// Keywords that are sent as they are.
    pub(super) keep: &'static [&'static str],
    /// Formats of texts that are enforced; nothing where all may be sent.
    pub(super) formats: Option<&'static [&'static str]>,
    /// Every object says that it has no other keys.
    pub(super) closed: bool,
    /// Every field is required, and absent ones are null.
    pub(super) all_required: bool,
    /// `$ref` and `$defs` may be sent; otherwise they are written out.
    pub(super) references: bool,
    /// What allows null: a list of types, or a keyword.
    pub(super) null: Null,
    /// Whether keys that aren't named can be described; otherwise they become a list of pairs.
    pub(super) maps: bool,
    /// Whether the choices must be texts.
    pub(super) text_choices: bool,
    /// Whether `const`, `oneOf`, `allOf` and the like may be sent.
    pub(super) all_keywords: bool,
    /// Whether the whole must be an object.
    pub(super) object_root: bool,
    /// What a key may consist of: ASCII letters, digits, and these.
    pub(super) key_marks: Option<&'static str>,
    /// The order of the fields has a keyword of its own.
    pub(super) ordering: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Null {
    Type,
    Keyword,
}

const OPENAI: Rules = Rules {
    keep: &[
        "title",
        "description",
        "enum",
        "const",
        "pattern",
        "multipleOf",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "minItems",
        "maxItems",
    ],
    formats: Some(&["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"]),
    closed: true,
    all_required: true,
    references: true,
    null: Null::Type,
    maps: false,
    text_choices: false,
    all_keywords: false,
    object_root: true,
    key_marks: None,
    ordering: false,
};

const ANTHROPIC: Rules = Rules {
    keep: &[],
    formats: None,
    closed: false,
    all_required: false,
    references: true,
    null: Null::Type,
    maps: true,
    text_choices: false,
    all_keywords: true,
    object_root: true,
    key_marks: Some("_.-"),
    ordering: false,
};

const GEMINI: Rules = Rules {
    keep: &[
        "title",
        "description",
        "enum",
        "pattern",
        "minimum",
        "maximum",
        "minItems",
        "maxItems",
        "minLength",
        "maxLength",
        "minProperties",
        "maxProperties",
        "default",
        "example",
    ],
    formats: Some(&["date-time", "date", "time", "enum", "float", "double", "int32", "int64"]),
    closed: false,
    all_required: false,
    references: false,
    null: Null::Keyword,
    maps: false,
    text_choices: true,
    all_keywords: false,
    object_root: false,
    key_marks: None,
    ordering: true,
};

/// Limits of numbers, texts and lists make the whole request fail, and so does a schema that contains itself.
const ANTHROPIC_STRICT: Rules = Rules {
    keep: &["title", "description", "enum", "const", "default"],
    formats: Some(&["date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"]),
    closed: true,
    all_required: false,
    references: false,
    null: Null::Type,
    maps: false,
    text_choices: false,
    all_keywords: false,
    object_root: true,
    key_marks: None,
    ordering: false,
};

const GEMINI_JSON: Rules = Rules {
    keep: &["title", "description", "enum", "minimum", "maximum", "minItems", "maxItems"],
    formats: Some(&["date-time", "date", "time"]),
    closed: false,
    all_required: false,
    references: true,
    null: Null::Type,
    maps: false,
    text_choices: false,
    all_keywords: false,
    object_root: false,
    key_marks: None,
    ordering: true,
};

pub(super) fn of(dialect: Dialect) -> Rules {
    match dialect {
        Dialect::OpenaiStrict => OPENAI,
        Dialect::AnthropicTool => ANTHROPIC,
        Dialect::AnthropicStrict => ANTHROPIC_STRICT,
        Dialect::GeminiSchema => GEMINI,
        Dialect::GeminiJsonSchema => GEMINI_JSON,
    }
}
