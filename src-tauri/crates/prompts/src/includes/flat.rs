//! A template with the text of its includes in it, and where every byte of it comes from.
//!
//! An include is put in as a block of its own, so that names that it sets stay in it, and so that the marks `-` at its
//! edges still take away the blanks around it. Each included template is read by itself before, so none of its blocks can
//! end one of those around it.

use std::{borrow::Cow, collections::HashMap, ops::Range};

use super::{DEEPEST, IncludeError, IncludeProblem, Included, Includes, MOST, Pin, Scope, Statement, Target, When};
use crate::{
    diagnostic::Diagnostic,
    document::{Document, Variable},
    name::PromptName,
    source::{MAX_BYTES, Source},
    template,
};

/// A template with its includes in it.
#[derive(Debug)]
pub(crate) struct Flat<'s> {
    text: Cow<'s, str>,
    /// The text itself first, then every included prompt as often as it is included.
    parts: Vec<FlatPart<'s>>,
    pieces: Vec<Piece>,
    /// What the text's own includes stand for, each once.
    pub(crate) direct: Vec<(Target, Included)>,
}

/// One of the templates that a flat text is made of.
#[derive(Debug)]
pub(crate) struct FlatPart<'s> {
    pub(crate) body: Cow<'s, str>,
    /// The prompt and its version; none for the text itself.
    pub(crate) of: Option<(PromptName, u32)>,
    /// The statement of the text itself that brought it in.
    pub(crate) tag: Range<usize>,
}

/// A stretch of the flat text.
#[derive(Debug)]
struct Piece {
    /// Where it begins.
    start: usize,
    part: usize,
    /// What it was in that part.
    bytes: Range<usize>,
    /// Whether it is the same there, byte for byte, and not what an include became.
    verbatim: bool,
}

impl<'s> Flat<'s> {
    /// The whole text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn parts(&self) -> &[FlatPart<'s>] {
        &self.parts
    }

    /// The part that a byte belongs to, and the byte in it.
    pub(crate) fn at(&self, byte: usize) -> (usize, usize) {
        let index = self.pieces.partition_point(|piece| piece.start <= byte).saturating_sub(1);
        match self.pieces.get(index) {
            Some(piece) if piece.verbatim => {
                (piece.part, (piece.bytes.start + byte.saturating_sub(piece.start)).min(piece.bytes.end))
            }
            Some(piece) => (piece.part, piece.bytes.start),
            None => (0, byte),
        }
    }

    /// The part that some bytes begin in, and the bytes in it.
    pub(crate) fn range(&self, bytes: &Range<usize>) -> (usize, Range<usize>) {
        let (part, start) = self.at(bytes.start);
        if bytes.end <= bytes.start {
            return (part, start..start);
        }
        let (last, end) = self.at(bytes.end - 1);
        (part, start..if last == part { (end + 1).max(start) } else { start })
    }

    /// The byte of the text itself: inside of an include, the statement that brought it in.
    pub(crate) fn own(&self, byte: usize) -> usize {
        match self.at(byte) {
            (0, byte) => byte,
            (part, _) => self.parts.get(part).map_or(0, |part| part.tag.start),
        }
    }

    /// The text in pieces: what a part says, and the edges of the blocks that includes became.
    pub(super) fn pieces(&self) -> impl Iterator<Item = (&str, bool)> {
        self.pieces.iter().enumerate().map(|(index, piece)| {
            let end = self.pieces.get(index + 1).map_or(self.text.len(), |next| next.start);
            (self.text.get(piece.start..end).unwrap_or_default(), piece.verbatim)
        })
    }

    /// The stretches that are a part's own text: where each begins here, the part, and the bytes in it.
    pub(crate) fn verbatim(&self) -> impl Iterator<Item = (usize, usize, &Range<usize>)> {
        self.pieces.iter().filter(|piece| piece.verbatim).map(|piece| (piece.start, piece.part, &piece.bytes))
    }
}

/// Puts the included templates into a text. Gives it with the variables that the included prompts declare and the text
/// doesn't.
pub(crate) fn flatten<'s>(
    source: &'s Source,
    document: &Document,
    scope: &Scope<'_>,
) -> Result<(Flat<'s>, Vec<Variable>), IncludeError> {
    let body = source.body.as_str();
    let own = FlatPart { body: Cow::Borrowed(body), of: None, tag: 0..0 };
    let statements = super::statements(body);
    if statements.is_empty() {
        let piece = Piece { start: 0, part: 0, bytes: 0..body.len(), verbatim: true };
        let flat = Flat { text: Cow::Borrowed(body), parts: vec![own], pieces: vec![piece], direct: Vec::new() };
        return Ok((flat, Vec::new()));
    }
    let mut work = Work {
        scope,
        text: String::new(),
        parts: vec![own],
        pieces: Vec::new(),
        direct: Vec::new(),
        variables: Vec::new(),
        known: HashMap::new(),
        chain: scope.prompt.cloned().into_iter().collect(),
        depth: 0,
    };
    let pins = match scope.when {
        When::Now => None,
        When::Saved => Some(document.includes.as_slice()),
    };
    work.expand(0, body, &statements, pins, None)
        .map_err(|(problem, bytes)| IncludeError::new(body, bytes, problem))?;
    let Work { text, parts, pieces, direct, mut variables, .. } = work;
    variables.retain(|variable| document.variable(&variable.name).is_none());
    Ok((Flat { text: Cow::Owned(text), parts, pieces, direct }, variables))
}

/// An included prompt that was read.
struct Read {
    included: Included,
    document: Document,
    statements: Vec<Statement>,
}

struct Work<'w, 's> {
    scope: &'w Scope<'w>,
    text: String,
    parts: Vec<FlatPart<'s>>,
    pieces: Vec<Piece>,
    direct: Vec<(Target, Included)>,
    variables: Vec<Variable>,
    /// What was read, so that a prompt that is included often is read once.
    known: HashMap<(Target, Option<Pin>), std::rc::Rc<Read>>,
    /// The prompts around the place, outermost first.
    chain: Vec<PromptName>,
    depth: usize,
}

/// A problem and the statement of the text itself that it is shown at.
type Failed = (IncludeProblem, Range<usize>);

impl Work<'_, '_> {
    /// Adds a part's text with its includes. `pins` are what they were frozen to; none means what they stand for now.
    fn expand(
        &mut self,
        part: usize,
        body: &str,
        statements: &[Statement],
        pins: Option<&[Pin]>,
        outer: Option<&Range<usize>>,
    ) -> Result<(), Failed> {
        let mut done = 0;
        for statement in statements {
            let tag = outer.unwrap_or(&statement.bytes);
            let shown = |problem| (problem, tag.clone());
            let target = statement.target.clone().map_err(shown)?;
            self.add(part, body, done..statement.bytes.start);
            done = statement.bytes.end;
            if self.parts.len() > MOST {
                return Err(shown(IncludeProblem::TooMany { most: MOST }));
            }
            if self.depth >= DEEPEST {
                return Err(shown(IncludeProblem::TooDeep { deepest: DEEPEST }));
            }
            let read = self.read(&target, pins).map_err(shown)?;
            let included = &read.included;
            if let Some(at) = self.chain.iter().position(|name| *name == included.name) {
                let chain = self.chain.iter().skip(at).chain([&included.name]).cloned().collect();
                return Err(shown(IncludeProblem::Loop { chain }));
            }
            if part == 0 && !self.direct.iter().any(|(known, _)| *known == target) {
                self.direct.push((target, included.clone()));
            }
            for variable in &read.document.inputs {
                if !self.variables.iter().any(|known| known.name == variable.name) {
                    self.variables.push(variable.clone());
                }
            }

            let written = body.get(statement.bytes.clone()).unwrap_or_default();
            let (before, after) = (mark(written.get(2..3)), mark(written.get(written.len().saturating_sub(3)..)));
            self.wrap(part, &statement.bytes, &format!("{{%{before} with %}}"));
            // The line end at the end of a file isn't part of what it says.
            let inner = included.source.body.strip_suffix('\n').unwrap_or(&included.source.body);
            let next = self.parts.len();
            self.parts.push(FlatPart {
                body: Cow::Owned(inner.to_owned()),
                of: Some((included.name.clone(), included.version)),
                tag: tag.clone(),
            });
            self.chain.push(included.name.clone());
            self.depth += 1;
            // An included version is saved, so its own includes are frozen, whatever is asked of the outermost text.
            self.expand(next, inner, &read.statements, Some(&read.document.includes), Some(tag))?;
            self.depth -= 1;
            self.chain.pop();
            self.wrap(part, &statement.bytes, &format!("{{% endwith {after}%}}"));
            if self.text.len() > MAX_BYTES {
                return Err(shown(IncludeProblem::TooLarge { largest: MAX_BYTES }));
            }
        }
        self.add(part, body, done..body.len());
        Ok(())
    }

    fn add(&mut self, part: usize, body: &str, bytes: Range<usize>) {
        let text = body.get(bytes.clone()).unwrap_or_default();
        if !text.is_empty() {
            self.pieces.push(Piece { start: self.text.len(), part, bytes, verbatim: true });
            self.text.push_str(text);
        }
    }

    fn wrap(&mut self, part: usize, bytes: &Range<usize>, text: &str) {
        self.pieces.push(Piece { start: self.text.len(), part, bytes: bytes.clone(), verbatim: false });
        self.text.push_str(text);
    }

    fn read(&mut self, target: &Target, pins: Option<&[Pin]>) -> Result<std::rc::Rc<Read>, IncludeProblem> {
        let pin = match pins {
            None => None,
            Some(pins) => match pins.iter().find(|pin| pin.prompt == *target) {
                Some(pin) => Some(pin.clone()),
                None => return Err(IncludeProblem::NotFrozen { target: target.to_string() }),
            },
        };
        let key = (target.clone(), pin);
        if let Some(known) = self.known.get(&key) {
            return Ok(known.clone());
        }
        let read = std::rc::Rc::new(read(self.scope.includes, target, key.1.as_ref())?);
        self.known.insert(key, read.clone());
        Ok(read)
    }
}

fn read(includes: &dyn Includes, target: &Target, pin: Option<&Pin>) -> Result<Read, IncludeProblem> {
    let included = match pin {
        Some(pin) => includes.frozen(pin)?,
        None => includes.resolve(target.name(), target.selector())?,
    };
    let of = format!("version {} of {}", included.version, included.name);
    let (document, said) = Document::read(&included.source.head);
    if let Some(error) = said.iter().find(|said| Diagnostic::is_error(said)) {
        let reason = format!("{of} has a mistake on line {} of its front matter: {}", error.line, error.message);
        return Err(IncludeProblem::unusable(target, reason));
    }
    if let Err(problem) = template::read(&included.source.body) {
        let before = included.source.body.get(..problem.bytes.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let reason = format!("{of} has a mistake on line {line} of its template: {}", problem.message);
        return Err(IncludeProblem::unusable(target, reason));
    }
    let inner = included.source.body.strip_suffix('\n').unwrap_or(&included.source.body);
    let statements = super::statements(inner);
    Ok(Read { included, document, statements })
}

/// A mark that takes blanks away, or keeps them.
fn mark(text: Option<&str>) -> &str {
    let first = text.and_then(|text| text.get(..1));
    first.filter(|mark| matches!(*mark, "-" | "+")).unwrap_or_default()
}
