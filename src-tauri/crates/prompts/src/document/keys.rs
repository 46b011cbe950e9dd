//! The keys of a head that mean something, with a word on each: the one table for reading, completion and hover.

/// A key, or a value of one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    /// What it is for.
    pub(crate) doc: &'static str,
    /// The values that it usually has, when they can be listed.
    pub(crate) values: &'static [&'static str],
}

const fn key(name: &'static str, doc: &'static str) -> Key {
    Key { name, doc, values: &[] }
}

const fn choice(name: &'static str, doc: &'static str, values: &'static [&'static str]) -> Key {
    Key { name, doc, values }
}

/// The kinds that are checked.
const KINDS: &[&str] = &["string", "number", "integer", "boolean", "array", "object"];
const YES_NO: &[&str] = &["true", "false"];

/// The keys of a head.
pub(crate) const KEYS: [Key; 14] = [
    key("name", "The name that the file gives itself. The folder's name is what counts."),
    key("description", "What the prompt is for."),
    key("displayName", "A name for people. It is kept and not used."),
    choice("kind", "What the file is.", &["prompt"]),
    key("version", "A version that another program gave. Signalbox numbers versions itself."),
    key("metadata", "Notes of other programs. They are kept and not used."),
    key(
        "model",
        "The model that the prompt was written for, and how it should answer. Routes decide which one answers.",
    ),
    key("inputs", "The variables, each with name and kind."),
    key("outputs", "The fields of the answer, each with name and kind, or a JSON Schema."),
    key("tools", "The tools that the model may call, each with name and kind."),
    key("template", "How the template is written. jinja2 is taken without it."),
    key("instructions", "A text of other programs. It is kept and not used."),
    key("examples", "Exchanges that show the model what is wanted, each with user and assistant."),
    key("includes", "The versions that the includes stand for. Signalbox writes them when the prompt is saved."),
];

/// The keys below `model`.
pub(crate) const MODEL_KEYS: [Key; 5] = [
    key("id", "The model that the prompt was written for."),
    choice("provider", "Who serves it.", &["openai", "anthropic", "azure", "gemini"]),
    choice("api", "How it is asked.", &["chat", "responses"]),
    key("options", "How the model should answer."),
    key("connection", "Where the model is. Keys belong in the keychain, never here."),
];

/// The keys below `model.options`.
pub(crate) const OPTION_KEYS: [Key; 5] = [
    key("temperature", "How freely words are chosen, from 0 to 2. 0 is the most likely word each time."),
    key("topP", "Only the most likely words that together have this share are chosen from, from 0 to 1."),
    key("maxOutputTokens", "The longest answer, in tokens."),
    key("seed", "A whole number with which some models answer the same each time."),
    key("stopSequences", "Texts at which the answer ends."),
];

/// The keys of a variable.
pub(crate) const INPUT_KEYS: [Key; 13] = [
    key("name", "Its name in the template."),
    choice("kind", "What it holds.", KINDS),
    choice("type", "What it holds. The same as kind.", KINDS),
    key("description", "What it is for."),
    key("default", "The value when none is given."),
    choice("required", "Whether a run without a value is refused.", YES_NO),
    key("example", "An example. It is kept and not used."),
    key("sample", "An example. It is kept and not used."),
    key("enumValues", "The only values that it may have, as a list."),
    key("properties", "The parts of an object, each with name and kind."),
    key("items", "What each item of a list is."),
    choice("strict", "Whether other programs guard it. It is kept and not used.", YES_NO),
    choice("trusted", "Whether you vouch for what it holds, so that lint asks for no fence around it.", YES_NO),
];

/// The keys of a field of the answer, or of a tool's parameter.
pub(crate) const FIELD_KEYS: [Key; 15] = [
    key("name", "Its name."),
    choice("kind", "What it holds.", KINDS),
    choice("type", "What it holds. The same as kind.", KINDS),
    key("description", "What it is for. The model reads it."),
    choice("required", "Whether the answer must have it.", YES_NO),
    key("enumValues", "The only values that it may have, as a list."),
    key("properties", "The parts of an object, each with name and kind."),
    key("items", "What each item of a list is."),
    key("minimum", "The smallest number."),
    key("maximum", "The largest number."),
    key("minLength", "The least characters."),
    key("maxLength", "The most characters."),
    key("minItems", "The least items."),
    key("maxItems", "The most items."),
    key("pattern", "A regular expression that the text must match."),
];

/// The keys of a tool.
pub(crate) const TOOL_KEYS: [Key; 6] = [
    key("name", "Its name, by which the model calls it."),
    choice("kind", "What it is. Only functions are offered to the model.", &["function", "mcp", "openapi", "custom"]),
    key("description", "What it does. The model reads it."),
    key("parameters", "What it takes, each with name and kind, or a JSON Schema."),
    choice("strict", "Whether the model is held to the schema.", YES_NO),
    key("bindings", "Variables that fill parameters in the model's place."),
];

/// The keys of an example.
pub(crate) const EXAMPLE_KEYS: [Key; 2] =
    [key("user", "What a user says."), key("assistant", "What the model should answer.")];

/// The keys below `template`.
pub(crate) const TEMPLATE_KEYS: [Key; 2] = [
    choice("format", "How the template is written.", &["jinja2"]),
    choice("parser", "How roles are marked.", &["prompty"]),
];

/// Whether a table has a key.
pub(crate) fn is_key(keys: &[Key], name: &str) -> bool {
    keys.iter().any(|key| key.name == name)
}

/// The names of a table.
pub(crate) fn names(keys: &[Key]) -> impl Iterator<Item = &'static str> {
    keys.iter().map(|key| key.name)
}
