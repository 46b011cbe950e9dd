//! Places of a text that is put together, counted in the template that each of them is in.

use std::ops::Range;

use super::{Place, RenderError, Within};
use crate::{includes::Flat, position::Positions};

/// The lines of every template that a text is made of.
pub(crate) struct Places<'f> {
    flat: &'f Flat<'f>,
    parts: Vec<Positions<'f>>,
}

impl<'f> Places<'f> {
    pub(crate) fn new(flat: &'f Flat<'f>) -> Self {
        Self { flat, parts: flat.parts().iter().map(|part| Positions::new(&part.body)).collect() }
    }

    /// The lines of a part.
    pub(super) fn positions(&self, part: usize) -> Option<&Positions<'f>> {
        self.parts.get(part)
    }

    /// Where some bytes of the whole text are.
    pub(crate) fn of(&self, bytes: &Range<usize>) -> Place {
        let (part, bytes) = self.flat.range(bytes);
        let place = self.parts.get(part).map(|positions| Place::of(positions, &bytes));
        Place { part, ..place.unwrap_or_default() }
    }

    /// The line of a byte in the template that it is in, from 1.
    pub(super) fn line(&self, byte: usize) -> u32 {
        let (part, byte) = self.flat.at(byte);
        self.parts.get(part).map_or(1, |positions| positions.line(byte))
    }

    /// The line of a byte of the text itself, from 1.
    pub(super) fn own_line(&self, byte: usize) -> u32 {
        self.parts.first().map_or(1, |positions| positions.line(byte))
    }

    /// The text itself.
    pub(super) fn own_body(&self) -> &str {
        self.flat.parts().first().map_or("", |part| &part.body)
    }

    /// The included prompt that a byte is in.
    pub(super) fn within(&self, byte: usize) -> Option<Within> {
        self.within_part(self.flat.at(byte).0)
    }

    fn within_part(&self, part: usize) -> Option<Within> {
        let (prompt, version) = self.flat.parts().get(part)?.of.clone()?;
        Some(Within { prompt, version })
    }

    /// An error inside of an included prompt, as one of the statement that brought it in.
    pub(super) fn seen_from_outside(&self, error: RenderError) -> RenderError {
        let part = error.place().map_or(0, |place| place.part);
        let tag = self.flat.parts().get(part).map(|part| &part.tag);
        match (self.within_part(part), tag, self.parts.first()) {
            (Some(within), Some(tag), Some(own)) => {
                RenderError::Within { within, place: Place::of(own, tag), error: Box::new(error) }
            }
            _ => error,
        }
    }
}
