//! Following calls that run in this process, by the same events that the windows get.

use std::collections::HashSet;

use signalbox_api::{
    ApiError, Subscription,
    types::{Empty, Event},
};
use signalbox_domain::{CallId, CallStatus};

use crate::{error::Outcome, session::Session};

/// Starts something and gives every event to `see`, until all calls that were started have ended. When somebody asks to
/// end, the calls are cancelled, and what becomes of them is still seen.
pub(crate) async fn until_ended<T>(
    session: &Session,
    start: impl Future<Output = Result<T, ApiError>>,
    calls: impl Fn(&T) -> Vec<CallId>,
    mut see: impl FnMut(&Event) -> Outcome,
) -> Outcome<T> {
    let mut events: Subscription = session.core.hub().subscribe(0);
    let mut start = Box::pin(start);
    let mut started: Option<T> = None;
    let mut ended: HashSet<CallId> = HashSet::new();
    let mut cancelled = false;
    loop {
        if let Some(value) = started.take_if(|value| calls(value).iter().all(|call| ended.contains(call))) {
            return if session.interrupt.is_asked() { Err(session.interrupt.error()) } else { Ok(value) };
        }
        tokio::select! {
            value = &mut start, if started.is_none() => started = Some(value?),
            frames = events.next() => {
                let Some(frames) = frames else { return Err(session.interrupt.error()) };
                for event in frames.iter().flat_map(|frame| &frame.events) {
                    if let Event::Call { call } = event && call.status != CallStatus::Running {
                        ended.insert(call.id);
                    }
                    see(event)?;
                }
            }
            () = session.interrupt.asked(), if !cancelled => {
                cancelled = true;
                session.core.call_cancel_all(Empty {}).await?;
            }
        }
    }
}
