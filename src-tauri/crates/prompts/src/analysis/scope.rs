//! The names that are known at a place of a template.

use std::{collections::HashMap, ops::Range};

use super::{Definition, DefinitionKind, Path};

/// What a local name stands for.
#[derive(Debug, Clone)]
pub(super) enum Binding<'s> {
    /// A part of an input.
    Alias(Path<'s>),
    /// `loop` inside of a loop.
    Loop,
    /// Something that the template made.
    Made,
}

/// What opened a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opened {
    Template,
    Loop,
    Other,
}

#[derive(Debug)]
struct Scope<'s> {
    opened: Opened,
    names: HashMap<&'s str, (Binding<'s>, Option<usize>)>,
}

/// The scopes around a place, innermost last, and everything that was ever defined.
#[derive(Debug)]
pub(super) struct Scopes<'s> {
    open: Vec<Scope<'s>>,
    pub(super) definitions: Vec<Definition<'s>>,
}

impl<'s> Scopes<'s> {
    pub(super) fn new() -> Self {
        let mut scopes = Self { open: Vec::new(), definitions: Vec::new() };
        scopes.enter(Opened::Template);
        scopes
    }

    pub(super) fn enter(&mut self, opened: Opened) {
        self.open.push(Scope { opened, names: HashMap::new() });
    }

    pub(super) fn leave(&mut self) {
        self.open.pop();
    }

    /// What a name stands for here.
    pub(super) fn lookup(&self, name: &str) -> Option<&Binding<'s>> {
        self.find(name).map(|(binding, _)| binding)
    }

    /// Where a name was defined that is known here.
    pub(super) fn definition(&self, name: &str) -> Option<usize> {
        self.find(name).and_then(|(_, definition)| *definition)
    }

    fn find(&self, name: &str) -> Option<&(Binding<'s>, Option<usize>)> {
        self.open.iter().rev().find_map(|scope| scope.names.get(name))
    }

    /// Makes a name known that the engine gives, such as `loop`.
    pub(super) fn give(&mut self, name: &'s str, binding: Binding<'s>) {
        if let Some(scope) = self.open.last_mut() {
            scope.names.insert(name, (binding, None));
        }
    }

    /// Makes a name known that the template defines.
    pub(super) fn define(
        &mut self,
        name: &'s str,
        bytes: Range<usize>,
        kind: DefinitionKind,
        from_itself: bool,
        binding: Binding<'s>,
    ) {
        let mut hides = None;
        let mut ends_with_loop = false;
        for (above, scope) in self.open.iter().rev().enumerate() {
            if let Some((_, known)) = scope.names.get(name) {
                // In its own scope a name is given another value, and hides nothing.
                hides = (above > 0).then_some(*known).flatten();
                ends_with_loop &= above > 0;
                break;
            }
            ends_with_loop |= scope.opened == Opened::Loop;
        }
        let again = self.open.last().is_some_and(|scope| scope.names.contains_key(name));
        let at = self.definitions.len();
        let definition = Definition { name, bytes, kind, hides, again, from_itself, ends_with_loop };
        self.definitions.push(definition);
        if let Some(scope) = self.open.last_mut() {
            scope.names.insert(name, (binding, Some(at)));
        }
    }
}
