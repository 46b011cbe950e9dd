//! What a Handlebars template consists of.

use serde_json::Value;

/// A piece of a template.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    /// Text as it is printed: what the rules for blanks take away is gone.
    Text(String),
    /// `{{path}}` or `{{helper argument key=value}}`.
    Print(Call),
    /// `{{#helper argument}}…{{else}}…{{/helper}}`, or a section of Mustache.
    Block(Box<Block>),
    /// `{{> name context key=value}}`.
    Partial(Partial),
    /// `{{! … }}`, which prints nothing.
    Note(String),
}

/// A block with its two branches.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Block {
    pub(crate) call: Call,
    /// The names between bars, as in `as |item index|`.
    pub(crate) names: Vec<String>,
    pub(crate) body: Vec<Node>,
    pub(crate) otherwise: Vec<Node>,
}

/// Another template that is put in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Partial {
    pub(crate) call: Call,
    /// The blanks before it, when it has its line for itself. They go before each of its lines.
    pub(crate) indent: String,
}

/// A name with arguments. Without any it may be a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    pub(crate) head: Expr,
    pub(crate) arguments: Vec<Expr>,
    pub(crate) named: Vec<(String, Expr)>,
    /// The byte of the tag that it stands in.
    pub(crate) at: usize,
}

/// What stands for a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expr {
    Path(Path),
    Literal(Value),
    /// `undefined`, which is equal to nothing but itself.
    Undefined,
    Call(Box<Call>),
}

/// A way to a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Path {
    /// How many contexts outwards: the number of `../`.
    pub(crate) up: usize,
    /// Whether it begins with `@`.
    pub(crate) data: bool,
    /// Whether it says by `this`, `.` or `./` that no helper is meant.
    pub(crate) this: bool,
    pub(crate) parts: Vec<String>,
}

impl Path {
    /// The name, when it is a plain one.
    pub(crate) fn name(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [name] if self.up == 0 && !self.data && !self.this => Some(name),
            _ => None,
        }
    }
}

impl Call {
    /// The name of the helper that it may call.
    pub(crate) fn helper(&self) -> Option<&str> {
        match &self.head {
            Expr::Path(path) => path.name(),
            _ => None,
        }
    }

    /// Whether it is only a value.
    pub(crate) fn is_bare(&self) -> bool {
        self.arguments.is_empty() && self.named.is_empty()
    }

    pub(crate) fn named(&self, key: &str) -> Option<&Expr> {
        self.named.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }
}
