//! Messages, put together from what the engine wrote.

use std::ops::Range;

use serde_json::Map;
use signalbox_domain::MessageRole;

use super::{
    LineRange, Origin, Rendered, RenderedMessage, Segment,
    places::Places,
    roles::{Marker, markers},
};
use crate::{document::Example, includes::Flat};

/// Messages while they are put together.
pub(super) struct Messages<'b> {
    flat: &'b Flat<'b>,
    places: &'b Places<'b>,
    markers: Vec<Marker>,
    done: Vec<RenderedMessage>,
    current: RenderedMessage,
    /// Whether a marker has opened the current message.
    opened: bool,
}

impl<'b> Messages<'b> {
    pub(super) fn new(flat: &'b Flat<'b>, places: &'b Places<'b>) -> Self {
        let markers = all_markers(flat, places);
        let mut messages = Self { flat, places, markers, done: Vec::new(), current: blank(), opened: false };
        messages.current.lines = messages.lines(1, 0);
        messages
    }

    /// Template text, which was at a byte of the template and may have markers.
    pub(super) fn template(&mut self, text: &str, start: usize) {
        let end = start + text.len();
        let origin = self.places.within(start).map_or(Origin::Template, Origin::Included);
        let first = self.markers.partition_point(|marker| marker.bytes.start < start);
        let mut rest = start;
        for index in first..self.markers.len() {
            let Some(marker) = self.markers.get(index).filter(|marker| marker.bytes.end <= end).cloned() else { break };
            self.push(text.get(rest - start..marker.bytes.start - start).unwrap_or_default(), origin.clone());
            // The blanks after the marker belong to its line, as do those before it.
            let behind = text.get(marker.bytes.end - start..).unwrap_or_default();
            rest = marker.bytes.end + behind.len() - behind.trim_start_matches([' ', '\t']).len();
            self.open(marker, index + 1);
        }
        self.push(text.get(rest - start..).unwrap_or_default(), origin.clone());
    }

    pub(super) fn value(&mut self, text: &str, source: Range<usize>) {
        let (line, within) = (self.places.line(source.start), self.places.within(source.start));
        let expression = self.flat.text().get(source).unwrap_or_default().trim().to_owned();
        self.push(text, Origin::Value { expression, line, within });
    }

    fn push(&mut self, text: &str, origin: Origin) {
        if text.is_empty() {
            return;
        }
        if let Some(last) = self.current.segments.last_mut()
            && last.origin == origin
            && is_text(&origin)
        {
            last.text.push_str(text);
        } else {
            self.current.segments.push(Segment { text: text.to_owned(), origin });
        }
    }

    fn open(&mut self, marker: Marker, next: usize) {
        if let Some(last) = self.current.segments.last_mut().filter(|last| is_text(&last.origin)) {
            last.text.truncate(last.text.trim_end_matches([' ', '\t']).len());
        }
        self.close();
        let lines = self.lines(marker.line, next);
        self.current =
            RenderedMessage { role: marker.role, attributes: marker.attributes, segments: Vec::new(), lines };
        self.opened = true;
    }

    fn close(&mut self) {
        let mut message = std::mem::replace(&mut self.current, blank());
        trim(&mut message.segments);
        // Text before the first marker is a message only if there is some.
        let says = |segment: &Segment| !is_text(&segment.origin) || !segment.text.trim().is_empty();
        if self.opened || message.segments.iter().any(says) {
            self.done.push(message);
        }
    }

    /// From a line to the last one that says something before a marker.
    fn lines(&self, first: u32, next: usize) -> LineRange {
        let body = self.places.own_body();
        let end = self.markers.get(next).map_or(body.len(), |marker| self.flat.own(marker.bytes.start));
        let said = body.get(..end).unwrap_or_default().trim_end();
        LineRange { first, last: self.places.own_line(said.len().saturating_sub(1)).max(first) }
    }

    /// Ends the last message, and puts the examples before the first turn of the conversation.
    pub(super) fn finish(mut self, examples: &[Example]) -> Rendered {
        self.close();
        if self.done.is_empty() && examples.is_empty() {
            self.done.push(RenderedMessage { lines: self.lines(1, usize::MAX), ..blank() });
        }
        let instructs =
            |message: &RenderedMessage| matches!(message.role, MessageRole::System | MessageRole::Developer);
        let at = self.done.iter().position(|message| !instructs(message)).unwrap_or(self.done.len());
        let lines = self.done.get(at).or(self.done.last()).map_or(blank().lines, |message| message.lines);
        self.done.splice(at..at, turns(examples, lines));
        Rendered { messages: self.done }
    }
}

/// Examples as messages. They come from no line of the template, so they have those of what follows them.
fn turns(examples: &[Example], lines: LineRange) -> Vec<RenderedMessage> {
    let mut turns = Vec::new();
    for (number, example) in (1..).zip(examples) {
        for (role, text) in [(MessageRole::User, &example.user), (MessageRole::Assistant, &example.assistant)] {
            let segment = Segment { text: text.clone(), origin: Origin::Example { number } };
            let segments = if text.is_empty() { Vec::new() } else { vec![segment] };
            turns.push(RenderedMessage { role, attributes: Map::new(), segments, lines });
        }
    }
    turns
}

/// The markers of every template that the text is made of. A line counts by itself in each, whatever stands before its
/// include.
pub(crate) fn all_markers(flat: &Flat<'_>, places: &Places<'_>) -> Vec<Marker> {
    let mut of_parts: Vec<Option<Vec<Marker>>> = flat.parts().iter().map(|_| None).collect();
    let mut found = Vec::new();
    for (start, part, bytes) in flat.verbatim() {
        let (Some(known), Some(positions)) = (of_parts.get_mut(part), places.positions(part)) else { continue };
        let body = flat.parts().get(part).map_or("", |part| &part.body);
        let known = known.get_or_insert_with(|| markers(body, positions));
        let first = known.partition_point(|marker| marker.bytes.start < bytes.start);
        for marker in known.iter().skip(first).take_while(|marker| marker.bytes.end <= bytes.end) {
            let moved = start + marker.bytes.start - bytes.start;
            let line = places.own_line(flat.own(moved));
            found.push(Marker { bytes: moved..moved + marker.bytes.len(), line, ..marker.clone() });
        }
    }
    found
}

/// Whether it is text that an author wrote into a template, whose line ends at the edges of a message don't count.
fn is_text(origin: &Origin) -> bool {
    matches!(origin, Origin::Template | Origin::Included(_))
}

fn blank() -> RenderedMessage {
    RenderedMessage {
        role: MessageRole::System,
        attributes: Map::new(),
        segments: Vec::new(),
        lines: LineRange { first: 1, last: 1 },
    }
}

/// Takes the template's line ends from both ends of a message. A value keeps its own.
fn trim(segments: &mut Vec<Segment>) {
    while let Some(first) = segments.first_mut().filter(|first| is_text(&first.origin)) {
        let text = first.text.trim_start_matches('\n');
        if !text.is_empty() {
            first.text = text.to_owned();
            break;
        }
        segments.remove(0);
    }
    while let Some(last) = segments.last_mut().filter(|last| is_text(&last.origin)) {
        let length = last.text.trim_end_matches('\n').len();
        last.text.truncate(length);
        if length > 0 {
            break;
        }
        segments.pop();
    }
}
