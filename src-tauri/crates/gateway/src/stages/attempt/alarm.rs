//! A timer for limits that move with every piece of an answer.

use std::pin::Pin;

use tokio::time::{Instant, Sleep, sleep_until};

/// A timer that is waited for again and again. It is set anew only when it would ring too late: one that rings too early
/// is set again then, which happens once for many pieces.
pub(super) struct Alarm(Pin<Box<Sleep>>);

impl Alarm {
    pub(super) fn at(at: Instant) -> Self {
        Self(Box::pin(sleep_until(at)))
    }

    /// Waits until a moment. Whoever stops waiting loses nothing.
    pub(super) async fn until(&mut self, at: Instant) {
        if self.0.deadline() > at {
            self.0.as_mut().reset(at);
        }
        loop {
            self.0.as_mut().await;
            if Instant::now() >= at {
                return;
            }
            self.0.as_mut().reset(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_rings_at_the_moment_that_is_waited_for_last() {
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let mut alarm = Alarm::at(after(5));
        for (wanted, rings) in [(9, 9), (12, 12), (3, 12), (20, 20)] {
            alarm.until(after(wanted)).await;
            assert_eq!(start.elapsed().as_secs(), rings, "{wanted}");
        }
    }
}
