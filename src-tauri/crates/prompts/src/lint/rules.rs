//! Everything that lint can say, by its code.

/// A kind of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its code, the same in every release.
    pub code: &'static str,
    /// What it is about, in a sentence.
    pub doc: &'static str,
}

const fn rule(code: &'static str, doc: &'static str) -> Rule {
    Rule { code, doc }
}

/// Every kind of problem, by code.
pub const RULES: [Rule; 38] = [
    rule("captured-role", "A line looks like the start of a message and is none, because it is captured as a value"),
    rule("context-window", "The rendered prompt fills a model's window, or nearly does"),
    rule("default-type", "The default of a variable isn't of its kind"),
    rule("duplicate-variable", "A variable is declared twice"),
    rule("front-matter-syntax", "The front matter isn't YAML"),
    rule("front-matter-type", "A key of the front matter has a value of the wrong type"),
    rule("include", "An include names no prompt, one that isn't there, or one that leads back to it"),
    rule("includes", "What was written into the front matter about included versions can't be read"),
    rule("key-in-file", "The front matter holds a key for a model"),
    rule("kind-mismatch", "The template uses a variable in a way that its declared kind doesn't allow"),
    rule("optional-without-default", "A value is missing in some test values, and the template has no default for it"),
    rule("schema", "The schema of the answer or of a tool has a mistake"),
    rule("secret-in-text", "A text looks like a key or another secret"),
    rule("secret-in-values", "A test value looks like a key or another secret"),
    rule("set-in-loop", "A value that is set in a loop is lost with its round"),
    rule("shadowed-variable", "A name hides another one"),
    rule("source", "The text can't be stored as it is"),
    rule("syntax", "The template can't be read"),
    rule("template-format", "The template is written in a language that isn't rendered here"),
    rule("too-many-variables", "There are more variables than one prompt can have"),
    rule("undeclared-variable", "A variable is used and not declared"),
    rule("unfenced-value", "A value from outside stands where it could pass for instructions"),
    rule("unknown-attribute", "A value or a loop has no such part"),
    rule("unknown-field", "A variable is declared without this part"),
    rule("unknown-filter", "There is no such filter"),
    rule("unknown-function", "There is no such function"),
    rule("unknown-key", "A key of the front matter isn't used"),
    rule("unknown-method", "Values have no methods"),
    rule("unknown-test", "There is no such test"),
    rule("unknown-variable", "There is no such variable"),
    rule("unsupported-kind", "The kind of a variable isn't checked"),
    rule("unusable", "The version's file was changed after it was saved, or can't be read"),
    rule("unused-local", "The template sets a name that nothing uses"),
    rule("unused-parameter", "A parameter isn't sent to the model"),
    rule("unused-tool", "A tool isn't offered to the model"),
    rule("unused-variable", "A variable is declared and not used"),
    rule("value-type", "A test value isn't of its variable's kind"),
    rule("variable-name", "A variable's name can't be used in a template"),
];

/// What a code is about.
pub fn rule_of(code: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.code == code)
}

#[cfg(test)]
mod tests {
    use super::RULES;

    #[test]
    fn every_code_stands_there_once_and_in_order() {
        assert!(RULES.windows(2).all(|pair| pair[0].code < pair[1].code));
    }
}
