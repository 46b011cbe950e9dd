//! A template with the text of its includes in the place of the statements, for tools that know no includes.
//!
//! Where a text is rendered, an include is a block of its own, so that nothing in it reaches what is around it. Here the
//! block is left away, and what it kept apart is written out: the marks that take blanks away are carried out, and an
//! included prompt that sets names, or whose lines would be read otherwise in their new place, can't be put in.

use std::borrow::Cow;

use serde_json::{Map, Value};
use signalbox_domain::MessageRole;

use super::{Flat, IncludeError, Included, Scope, Target, flatten};
use crate::{
    analysis::{DefinitionKind, analyse},
    document::{Document, Variable},
    position::Positions,
    render::{all_markers, places::Places, roles},
    source::Source,
    template,
};

/// A text without includes.
#[derive(Debug)]
pub(crate) struct Inlined {
    pub(crate) body: String,
    /// What the included prompts declare and the text doesn't.
    pub(crate) variables: Vec<Variable>,
    /// What was put in, each once, with its line in the template.
    pub(crate) included: Vec<(Target, Included, u32)>,
}

/// Why the includes of a text can't be put into it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InlineError {
    /// One of them leads nowhere.
    #[error(transparent)]
    Include(#[from] IncludeError),
    /// An included prompt sets a name.
    #[error("{prompt} sets {name}, which would be set in the whole text")]
    Sets {
        /// The prompt.
        prompt: String,
        /// The name.
        name: String,
        /// The line of its include, from 1.
        line: u32,
    },
    /// A text means something else where it comes to stand.
    #[error(
        "an included prompt would be read otherwise in the middle of a line; write its include on a line of its own"
    )]
    Joined,
}

impl InlineError {
    /// The line of the template, from 1, where it is known.
    pub(crate) fn line(&self) -> Option<u32> {
        match self {
            Self::Include(error) => Some(error.line),
            Self::Sets { line, .. } => Some(*line),
            Self::Joined => None,
        }
    }
}

/// Puts the includes of a text into it; nothing when it has none.
pub(crate) fn inline(source: &Source, document: &Document, scope: &Scope<'_>) -> Result<Option<Inlined>, InlineError> {
    let (flat, variables) = flatten(source, document, scope)?;
    if flat.direct.is_empty() {
        return Ok(None);
    }
    let line = |byte: usize| source.body.get(..byte).unwrap_or_default().matches('\n').count() as u32 + 1;
    keeps_to_itself(&flat, line)?;
    let body = written_out(&flat)?;
    let read_here = roles::markers(&body, &Positions::new(&body));
    let read_there = all_markers(&flat, &Places::new(&flat));
    let here = read_here.iter().map(|marker| opened(marker, &body));
    let there = read_there.iter().map(|marker| opened(marker, flat.text()));
    if !here.eq(there) {
        return Err(InlineError::Joined);
    }
    let statements = super::statements(&source.body);
    let stands = |target: &Target| {
        let found = statements.iter().find(|statement| statement.target.as_ref() == Ok(target));
        line(found.map_or(0, |statement| statement.bytes.start))
    };
    let included = flat.direct.iter().map(|(target, included)| (target.clone(), included.clone(), stands(target)));
    let included = included.collect();
    Ok(Some(Inlined { body, variables, included }))
}

/// What a line opens, and how it is written.
fn opened<'m>(marker: &'m roles::Marker, text: &'m str) -> (MessageRole, &'m Map<String, Value>, &'m str) {
    (marker.role, &marker.attributes, text.get(marker.bytes.clone()).unwrap_or_default())
}

/// Checks that no included prompt sets a name, since nothing would end it any more.
fn keeps_to_itself(flat: &Flat<'_>, line: impl Fn(usize) -> u32) -> Result<(), InlineError> {
    for part in flat.parts() {
        let Some((prompt, _)) = &part.of else { continue };
        let Ok(tree) = template::read(&part.body) else { continue };
        let found = analyse(&part.body, &tree).definitions.into_iter().find(|definition| {
            matches!(definition.kind, DefinitionKind::Set | DefinitionKind::Macro | DefinitionKind::Import)
        });
        if let Some(definition) = found {
            let (prompt, name) = (prompt.to_string(), definition.name.to_owned());
            return Err(InlineError::Sets { prompt, name, line: line(part.tag.start) });
        }
    }
    Ok(())
}

/// The text without the blocks that its includes became.
fn written_out(flat: &Flat<'_>) -> Result<String, InlineError> {
    let pieces: Vec<(&str, bool)> = flat.pieces().collect();
    let tag = |at: Option<usize>| at.and_then(|at| pieces.get(at)).filter(|(_, is_text)| !is_text).map(|(tag, _)| *tag);
    let mut text = String::new();
    for (index, &(piece, is_text)) in pieces.iter().enumerate() {
        if !is_text {
            continue;
        }
        let mut piece = Cow::Borrowed(piece);
        if let Some(before) = tag(index.checked_sub(1)) {
            piece = begun(piece, before.ends_with("-%}"));
        }
        if let Some(after) = tag(Some(index + 1)) {
            piece = ended(piece, after.starts_with("{%-"));
        }
        // Two halves must not become a tag that neither of them has.
        if text.ends_with('{') && piece.starts_with(['{', '%', '#']) {
            return Err(InlineError::Joined);
        }
        text.push_str(&piece);
    }
    Ok(text)
}

/// A text behind the edge of a block. A mark on either side takes only its own blanks away, so it is carried out here.
fn begun(text: Cow<'_, str>, takes: bool) -> Cow<'_, str> {
    let rest = text.trim_start();
    if ["{%-", "{{-", "{#-"].iter().any(|open| rest.starts_with(open)) {
        let (open, rest) = (rest.get(..2).unwrap_or_default(), rest.get(3..).unwrap_or_default());
        return Cow::Owned(format!("{open}{rest}"));
    }
    if takes { Cow::Owned(rest.to_owned()) } else { text }
}

/// Whether a text ends with a tag that takes the blanks behind it away, and not only with signs like it.
fn ends_with_tag(text: &str) -> bool {
    [("{%", "-%}"), ("{{", "-}}"), ("{#", "-#}")].into_iter().any(|(open, close)| {
        let Some(before) = text.strip_suffix(close) else { return false };
        let Some(begin) = before.rfind(open) else { return false };
        before.get(begin..).is_some_and(|tag| !tag.contains(&close[1..]))
    })
}

/// The same for a text before the edge of a block.
fn ended(text: Cow<'_, str>, takes: bool) -> Cow<'_, str> {
    let rest = text.trim_end();
    if ends_with_tag(rest) {
        let (rest, close) = rest.split_at(rest.len() - 3);
        return Cow::Owned(format!("{rest}{}", close.get(1..).unwrap_or_default()));
    }
    if takes { Cow::Owned(rest.to_owned()) } else { text }
}
