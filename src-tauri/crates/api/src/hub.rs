//! Events on their way to the windows: collected for a moment, put into numbered frames, and kept for a while so that a
//! window that was reloaded can go on where it was.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use signalbox_domain::CallId;
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep_until},
};

use crate::types::{Event, Frame};

/// The least time between two frames. Shorter costs more frames than a screen can show.
const COLLECT: Duration = Duration::from_millis(25);
/// How many bytes of answers a frame holds at most; larger messages are slow to cross into the window.
const FRAME_BYTES: usize = 8 * 1024;
/// How many frames are kept.
const KEPT: usize = 4_000;

/// Where events go and where frames come from. Clones share it.
#[derive(Clone)]
pub struct Hub {
    inner: Arc<Mutex<Ring>>,
    last: watch::Sender<u64>,
    watched: Arc<AtomicBool>,
    /// Wakes the task that seals frames. While nothing happens it sleeps.
    due: mpsc::Sender<()>,
}

#[derive(Default)]
struct Ring {
    /// What waits for the next frame; nothing stands where a newer event has made an older one needless.
    pending: Vec<Option<Event>>,
    /// Where in `pending` it is said how a call stands, and how much is used of the budgets.
    calls: HashMap<CallId, usize>,
    budgets: Option<usize>,
    pending_bytes: usize,
    frames: VecDeque<Frame>,
    last: u64,
}

/// One window's place in the frames.
pub struct Subscription {
    hub: Hub,
    seen: u64,
    changes: watch::Receiver<u64>,
}

impl Hub {
    /// A hub whose frames are sealed by a task that lives as long as the hub.
    pub fn start() -> Self {
        let (due, mut asked) = mpsc::channel(1);
        let hub = Self { inner: Arc::default(), last: watch::Sender::new(0), watched: Arc::default(), due };
        let (ring, last) = (Arc::downgrade(&hub.inner), hub.last.clone());
        tokio::spawn(async move {
            let mut next = Instant::now();
            while asked.recv().await.is_some() {
                sleep_until(next).await;
                next = Instant::now() + COLLECT;
                let Some(ring) = ring.upgrade() else { break };
                let sealed = lock(&ring).seal();
                if let Some(seq) = sealed {
                    last.send_replace(seq);
                }
            }
        });
        hub
    }

    /// Whether there was ever a window. Until then nothing is kept: the first one reads everything by itself.
    pub fn is_watched(&self) -> bool {
        self.watched.load(Ordering::Relaxed)
    }

    /// Gives an event to every window.
    pub fn send(&self, event: Event) {
        if !self.is_watched() {
            return;
        }
        let sealed = {
            let mut ring = lock(&self.inner);
            ring.add(event);
            if ring.pending_bytes >= FRAME_BYTES { ring.seal() } else { None }
        };
        // When it is asked already, it will see this event too.
        let _ = self.due.try_send(());
        if let Some(seq) = sealed {
            self.last.send_replace(seq);
        }
    }

    /// The number of the last frame.
    pub fn last(&self) -> u64 {
        lock(&self.inner).last
    }

    /// A place in the frames: behind frame `after`, or at the end for 0.
    pub fn subscribe(&self, after: u64) -> Subscription {
        self.watched.store(true, Ordering::Relaxed);
        let seen = if after == 0 { self.last() } else { after };
        Subscription { hub: self.clone(), seen, changes: self.last.subscribe() }
    }
}

impl Subscription {
    /// The next frames, as soon as there is one; none when the hub has gone. A first frame whose `reset` is set means
    /// that some before it are gone.
    pub async fn next(&mut self) -> Option<Vec<Frame>> {
        loop {
            self.changes.borrow_and_update();
            let frames = lock(&self.hub.inner).after(self.seen);
            if let Some(last) = frames.last() {
                self.seen = last.seq;
                return Some(frames);
            }
            self.changes.changed().await.ok()?;
        }
    }
}

fn lock(ring: &Mutex<Ring>) -> MutexGuard<'_, Ring> {
    ring.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Ring {
    /// Adds an event; joins it with one that waits where nothing is lost by it.
    fn add(&mut self, event: Event) {
        match (&event, self.pending.last_mut()) {
            (Event::Delta { call, text, .. }, Some(Some(Event::Delta { call: same, text: before, .. })))
                if call == same =>
            {
                self.pending_bytes += text.len();
                before.push_str(text);
                return;
            }
            (
                Event::Writing { call, attempt, start: 1.., text },
                Some(Some(Event::Writing { call: same, attempt: still, text: before, .. })),
            ) if (call, attempt) == (same, still) => {
                self.pending_bytes += text.len();
                before.push_str(text);
                return;
            }
            (Event::Delta { text, .. } | Event::Writing { text, .. }, _) => self.pending_bytes += text.len(),
            // Only how a call stands now is of interest, and so with the budgets.
            (Event::Call { call }, _) => {
                let older = self.calls.insert(call.id, self.pending.len());
                self.forget(older);
            }
            (Event::Budgets { .. }, _) => {
                let older = self.budgets.replace(self.pending.len());
                self.forget(older);
            }
            _ => {}
        }
        self.pending.push(Some(event));
    }

    fn forget(&mut self, place: Option<usize>) {
        if let Some(place) = place.and_then(|place| self.pending.get_mut(place)) {
            *place = None;
        }
    }

    fn seal(&mut self) -> Option<u64> {
        if self.pending.is_empty() {
            return None;
        }
        self.last += 1;
        self.pending_bytes = 0;
        (self.calls, self.budgets) = Default::default();
        let events = std::mem::take(&mut self.pending).into_iter().flatten().collect();
        self.frames.push_back(Frame { seq: self.last, reset: false, events });
        if self.frames.len() > KEPT {
            self.frames.pop_front();
        }
        Some(self.last)
    }

    fn after(&self, seen: u64) -> Vec<Frame> {
        let first = self.frames.front().map_or(self.last + 1, |frame| frame.seq);
        if seen > self.last || seen + 1 < first {
            // The window knows frames of another run, or lacks some that are gone.
            return vec![Frame { seq: self.last, reset: true, events: Vec::new() }];
        }
        let skip = usize::try_from(seen + 1 - first).unwrap_or(usize::MAX);
        self.frames.iter().skip(skip).cloned().collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use jiff::Timestamp;
    use signalbox_domain::CallId;

    use super::*;

    fn delta(call: CallId, start: u64, text: &str) -> Event {
        Event::Delta { call, start, text: text.into() }
    }

    fn id(n: u8) -> CallId {
        CallId::new(Timestamp::UNIX_EPOCH, [n; 10])
    }

    #[tokio::test(start_paused = true)]
    async fn pieces_of_one_answer_cross_together() {
        let hub = Hub::start();
        let mut window = hub.subscribe(0);
        for (at, piece) in ["a", "b", "c"].into_iter().enumerate() {
            hub.send(delta(id(1), at as u64, piece));
        }
        let frames = window.next().await.unwrap();
        assert_eq!(frames.len(), 1, "one frame for all three");
        assert_eq!(frames[0].events, [delta(id(1), 0, "abc")]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_frame_says_once_how_the_budgets_stand_and_nothing_is_kept_before_there_is_a_window() {
        let hub = Hub::start();
        hub.send(delta(id(1), 0, "nobody hears this"));
        let mut window = hub.subscribe(0);
        for piece in ["a", "b"] {
            hub.send(Event::Budgets { budgets: Vec::new() });
            hub.send(delta(id(1), 0, piece));
        }
        let events: Vec<_> = window.next().await.unwrap().into_iter().flat_map(|frame| frame.events).collect();
        assert_eq!(events, [delta(id(1), 0, "a"), Event::Budgets { budgets: Vec::new() }, delta(id(1), 0, "b")]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_reloaded_window_goes_on_behind_the_last_frame_that_it_saw() {
        let hub = Hub::start();
        let mut window = hub.subscribe(0);
        hub.send(delta(id(1), 0, "one"));
        let seen = window.next().await.unwrap().last().unwrap().seq;
        hub.send(delta(id(2), 0, "two"));
        window.next().await.unwrap();
        let replayed = hub.subscribe(seen).next().await.unwrap();
        assert_eq!(replayed.iter().flat_map(|frame| &frame.events).collect::<Vec<_>>(), [&delta(id(2), 0, "two")]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_window_that_lacks_frames_is_told_to_read_everything_again() {
        let hub = Hub::start();
        let frames = hub.subscribe(77).next().await.unwrap();
        assert!(frames[0].reset, "frame 77 is of another run");
        let large = "x".repeat(FRAME_BYTES);
        for at in 0..=KEPT + 1 {
            hub.send(delta(id((at % 2) as u8), 0, &large));
        }
        assert!(hub.subscribe(1).next().await.unwrap()[0].reset, "frame 2 is gone");
        assert!(!hub.subscribe(hub.last() - 1).next().await.unwrap()[0].reset, "the last frame is there");
    }
}
