//! The call log: pages of calls, what they can be filtered by, and single calls for other programs.

use signalbox_store::CallFilter;

use super::Core;
use crate::{
    ApiError, Code,
    types::{CallExport, CallExported, CallFacets, CallListRequest, CallPage, Empty},
};

/// The largest page.
const LARGEST_PAGE: u32 = 200;

impl Core {
    /// A page of the calls that are meant, newest first.
    pub async fn call_list(&self, request: CallListRequest) -> Result<CallPage, ApiError> {
        let filter =
            CallFilter { before: request.before, prompt: request.prompt, limit: request.limit.clamp(1, LARGEST_PAGE) };
        let stored = self.store.read(move |view| view.calls(&filter)).await?;
        let running = self.running();
        let calls: Vec<_> = stored
            .into_iter()
            .map(|stored| running.get(&stored.call.id).and_then(super::calls::Running::call).unwrap_or(stored.call))
            .collect();
        Ok(CallPage { calls, older: None, newer: None, total: None })
    }

    /// What a filter of calls can choose from.
    pub async fn call_facets(&self, _: Empty) -> Result<CallFacets, ApiError> {
        Err(ApiError::new(Code::Internal, "the log has no facets yet"))
    }

    /// One call in a form that other programs read.
    pub async fn call_export(&self, _: CallExport) -> Result<CallExported, ApiError> {
        Err(ApiError::new(Code::Internal, "the log exports nothing yet"))
    }
}
