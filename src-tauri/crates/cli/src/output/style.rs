//! Colour, where a terminal shows it and nobody has said that they want none.

use signalbox_domain::Signal;

/// Whether colour is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    colour: bool,
}

/// What colour may say. The words beside it say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paint {
    /// A heading.
    Bold,
    /// What can be passed over.
    Dim,
    /// Something was added, or went as it should.
    Green,
    /// It went on, but differently.
    Yellow,
    /// Something was removed, or was stopped.
    Red,
}

impl Style {
    /// Without colour.
    #[cfg(test)]
    pub(crate) const PLAIN: Self = Self { colour: false };

    /// As the environment wants it: `NO_COLOR` switches colour off, `CLICOLOR_FORCE` on, and otherwise a terminal has it.
    pub(crate) fn of(is_terminal: bool) -> Self {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let forced = set("CLICOLOR_FORCE") && std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| value != "0");
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self { colour: !set("NO_COLOR") && (forced || (is_terminal && !dumb)) }
    }

    /// Whether colour is used.
    pub(crate) fn is_coloured(self) -> bool {
        self.colour
    }

    /// Text in a colour.
    pub(crate) fn paint(self, paint: Paint, text: &str) -> String {
        if !self.colour || text.is_empty() {
            return text.to_owned();
        }
        let code = match paint {
            Paint::Bold => "1",
            Paint::Dim => "2",
            Paint::Green => "32",
            Paint::Yellow => "33",
            Paint::Red => "31",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    /// Words with the mark of a signal before them.
    pub(crate) fn signal(self, signal: Signal, words: &str) -> String {
        let (mark, paint) = match signal {
            Signal::Clear => ("●", Some(Paint::Green)),
            Signal::Caution => ("▲", Some(Paint::Yellow)),
            Signal::Stop => ("■", Some(Paint::Red)),
            Signal::Dark => ("○", Some(Paint::Dim)),
            Signal::Plain => ("·", None),
        };
        let text = format!("{mark} {words}");
        match paint {
            Some(paint) => self.paint(paint, &text),
            None => text,
        }
    }
}
