//! The call log: pages of calls, what they can be filtered by, and what can be done with a stored call.

use std::sync::Arc;

use signalbox_domain::{Call, CallId, Caller, Decision, Origin};
use signalbox_gateway::{CallRequest, PromptText, StoredRequest};
use signalbox_store as store;
use signalbox_store::{Place, StoredCall};

use super::{Core, calls::Running, export};
use crate::{
    ApiError, Code,
    types::{
        CallExport, CallExported, CallFacets, CallFilter, CallListRequest, CallNamed, CallPage, CallTotal, DrillNamed,
        Empty, ExportFormat, FailedAttempt,
    },
};

/// The largest page.
const LARGEST_PAGE: u32 = 200;

/// A call with everything that is stored of it.
pub(super) struct Whole {
    pub(super) call: Call,
    /// The folder of the workspace that it was made in.
    pub(super) workspace: String,
    /// The request as the gateway keeps it.
    pub(super) request: Option<Vec<u8>>,
    pub(super) answer: Option<Vec<u8>>,
    /// What came besides the answer's text.
    pub(super) reply: Option<Vec<u8>>,
    /// What was sent in each attempt, in their order.
    pub(super) sent: Vec<Option<Vec<u8>>>,
    /// What came in attempts whose text isn't the answer, with their numbers.
    pub(super) written: Vec<(u32, Vec<u8>)>,
    pub(super) decisions: Vec<Decision>,
    /// Whether a text that the call names isn't there any more.
    pub(super) texts_removed: bool,
}

impl Core {
    /// The filter as the database knows it. What a prompt was called for under an earlier name is its own.
    pub(super) async fn meant(&self, filter: CallFilter) -> Result<store::CallFilter, ApiError> {
        let mut meant = meant(filter);
        meant.prompts = self.with_former_names(meant.prompts).await?;
        Ok(meant)
    }

    /// A page of the calls that are meant, newest first.
    pub async fn call_list(&self, request: CallListRequest) -> Result<CallPage, ApiError> {
        let CallListRequest { before, after, limit, prompt, filter, count } = request;
        let mut filter = self.meant(filter.unwrap_or_default()).await?;
        if let Some(prompt) = prompt {
            if !filter.prompts.is_empty() && !filter.prompts.contains(&prompt) {
                return Ok(CallPage {
                    calls: Vec::new(),
                    older: None,
                    newer: None,
                    total: count.map(|_| CallTotal { count: 0, more: false }),
                    unreadable: 0,
                });
            }
            filter.prompts = self.with_former_names(vec![prompt]).await?;
        }
        let place = match (before, after) {
            (Some(id), _) => Place::Before(id),
            (None, Some(id)) => Place::After(id),
            (None, None) => Place::Newest,
        };
        let limit = limit.clamp(1, LARGEST_PAGE);
        let workspace = self.workspace_id();
        let (page, total) = self
            .store
            .read_log(move |view| {
                let page = view.call_page(&workspace, &filter, place, limit)?;
                let total = if count == Some(true) { Some(view.call_count(&workspace, &filter)?) } else { None };
                Ok((page, total))
            })
            .await?;
        // What runs here is further than what has been stored of it.
        let running = self.running();
        let now = |stored: StoredCall| running.get(&stored.call.id).and_then(Running::call).unwrap_or(stored.call);
        Ok(CallPage {
            calls: page.calls.into_iter().map(now).collect(),
            older: page.older,
            newer: page.newer,
            unreadable: page.unreadable,
            total: total.map(|total| CallTotal { count: total.count, more: total.more }),
        })
    }

    /// What a filter of calls can choose from.
    pub async fn call_facets(&self, _: Empty) -> Result<CallFacets, ApiError> {
        let workspace = self.workspace_id();
        let store::Facets { prompts, routes, models, providers, origins, users, tokens, errors } =
            self.store.read_log(move |view| view.call_facets(&workspace)).await?;
        Ok(CallFacets { prompts, routes, models, providers, origins, users, tokens, errors })
    }

    /// Sends the conversation of a stored call again, to the same target and with the same parameters. A drill is run
    /// again as a whole, and its first call is the one that is named.
    pub async fn call_replay(self: &Arc<Self>, request: CallNamed) -> Result<CallNamed, ApiError> {
        let whole = self.whole(request.call).await?;
        if whole.workspace != self.gateway.workspace() {
            // Its conversation would go to other providers than those that it was meant for, on another budget.
            let message = format!("call {} was made in another workspace, {}", request.call, whole.workspace);
            return Err(ApiError::new(Code::Conflict, message).with_hint("Open that workspace to send it again"));
        }
        if let Origin::Drill { name } = whole.call.origin {
            // Its route is in no file: the whole drill is run again.
            let started = self.drill_run(DrillNamed { name }).await?.calls;
            let none = || ApiError::new(Code::Internal, "the drill has no call");
            return Ok(CallNamed { call: *started.first().ok_or_else(none)? });
        }
        let Some(stored) = whole.request else {
            return Err(ApiError::new(
                Code::NotFound,
                format!("the conversation of call {} isn't stored", request.call),
            )
            .with_hint(
                "It was removed because it is older than the log keeps texts, or the call ended before it was rendered",
            ));
        };
        let stored: StoredRequest = serde_json::from_slice(&stored).map_err(|error| ApiError::internal(&error))?;
        let values = stored.values.clone();
        let text = PromptText::Rendered { prompt: whole.call.prompt, request: Box::new(stored) };
        let mut again = CallRequest::new(text, values, whole.call.target);
        again.role = whole.call.role;
        // Whoever sends it again pays, but in the same user's, project's and organisation's name.
        again.caller = Caller { token: None, ..whole.call.caller };
        again.origin = Origin::Replay { of: request.call };
        let calling = self.gateway.call(again);
        Ok(CallNamed { call: self.follow(calling) })
    }

    /// One call in a form that other programs read, from the database alone.
    pub async fn call_export(&self, request: CallExport) -> Result<CallExported, ApiError> {
        let whole = self.whole(request.call).await?;
        let id = request.call;
        match request.format {
            ExportFormat::Json => Ok(CallExported { file: format!("call-{id}.json"), text: export::json(&whole)? }),
            ExportFormat::Curl { attempt } => {
                let text = export::curl(&whole, attempt, &self.gateway.settings().config, &self.http)?;
                Ok(CallExported { file: format!("call-{id}-{attempt}.sh"), text })
            }
        }
    }

    /// Everything that is stored of a call.
    pub(super) async fn whole(&self, id: CallId) -> Result<Whole, ApiError> {
        let found = self
            .store
            .read(move |view| {
                let Some(StoredCall { call, request, answer, workspace, .. }) = view.call(id)? else { return Ok(None) };
                let mut texts_removed = false;
                let mut body = |hash| -> Result<Option<Vec<u8>>, store::StoreError> {
                    let body = view.body(hash)?;
                    texts_removed |= body.is_none();
                    Ok(body)
                };
                let request = request.map(&mut body).transpose()?.flatten();
                let reply = call.reply_hash.map(&mut body).transpose()?.flatten();
                let answer = match answer {
                    Some(hash) => body(hash)?,
                    None => view.partial(id)?.map(|partial| partial.answer.into_bytes()),
                };
                let mut written = Vec::new();
                for (number, hash) in
                    call.attempts.iter().filter_map(|attempt| Some((attempt.number, attempt.raw_hash?)))
                {
                    written.extend(body(hash)?.map(|text| (number, text)));
                }
                // What was sent is stored at the end: until then it isn't there yet, not any more removed.
                let sent = call.attempts.iter().map(|attempt| view.body(attempt.request_hash));
                let sent = sent.collect::<Result<_, _>>()?;
                let decisions = view.decisions(id)?;
                Ok(Some(Whole { call, workspace, request, answer, reply, sent, written, decisions, texts_removed }))
            })
            .await?;
        found.ok_or_else(|| ApiError::new(Code::NotFound, format!("there is no call {id}")))
    }
}

/// The filter as the database knows it.
fn meant(filter: CallFilter) -> store::CallFilter {
    let CallFilter {
        text,
        statuses,
        roles,
        prompts,
        routes,
        models,
        providers,
        origins,
        users,
        tokens,
        badges,
        degraded,
        cached,
        errors,
        failed_attempt,
        cost_at_least,
        slower_than_ms,
        from,
        to,
    } = filter;
    let failed_attempt = failed_attempt.map(|FailedAttempt { provider, model, error, status }| store::FailedAttempt {
        provider,
        model,
        error,
        status,
    });
    store::CallFilter {
        text,
        statuses,
        roles,
        prompts,
        routes,
        models,
        providers,
        origins,
        users,
        tokens,
        badges,
        degraded,
        cached,
        errors,
        failed_attempt,
        cost_at_least,
        slower_than_ms,
        from,
        to,
    }
}
