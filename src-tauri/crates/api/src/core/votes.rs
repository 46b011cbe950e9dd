//! Votes between answers that stand side by side.

use serde::{Deserialize, Serialize};
use signalbox_domain::{CallId, VoteId};
use signalbox_gateway::entropy;
use signalbox_store::StoredVote;

use super::Core;
use crate::{
    ApiError, Code,
    types::{Choice, Empty, Vote, VoteCast, VoteList, VoteNamed},
};

/// How many votes a list holds.
const LISTED: u32 = 500;
/// How many answers may stand side by side.
const MOST_PANES: usize = 6;

/// A vote's particulars as they are stored.
#[derive(Serialize, Deserialize)]
struct Record {
    calls: Vec<CallId>,
    choice: Choice,
    blind: bool,
}

impl Core {
    /// Casts a vote.
    pub async fn vote_cast(&self, request: VoteCast) -> Result<Vote, ApiError> {
        let VoteCast { calls, choice, blind } = request;
        if !(2..=MOST_PANES).contains(&calls.len()) {
            return Err(ApiError::new(
                Code::Invalid,
                format!("a vote is between 2 to {MOST_PANES} answers, not {}", calls.len()),
            ));
        }
        if let Choice::Pane { index } = choice
            && index as usize >= calls.len()
        {
            return Err(ApiError::new(Code::Invalid, format!("there is no answer {index} among {}", calls.len())));
        }
        let asked = calls.clone();
        let missing = self
            .store
            .read(move |view| {
                for call in asked {
                    if view.call(call)?.is_none() {
                        return Ok(Some(call));
                    }
                }
                Ok(None)
            })
            .await?;
        if let Some(call) = missing {
            return Err(ApiError::new(Code::NotFound, format!("there is no call {call}")));
        }
        let at = self.clock.now();
        let id = VoteId::new(at, entropy());
        let record = serde_json::to_string(&Record { calls: calls.clone(), choice, blind })
            .map_err(|error| ApiError::internal(&error))?;
        self.store.write(move |tx| tx.vote_add(&StoredVote { id, at, record })).await?;
        Ok(Vote { id, at, calls, choice, blind })
    }

    /// Takes a vote back.
    pub async fn vote_undo(&self, request: VoteNamed) -> Result<VoteList, ApiError> {
        let at = self.clock.now();
        let undone = self.store.write(move |tx| tx.vote_undo(request.vote, at)).await?;
        if !undone {
            return Err(ApiError::new(Code::NotFound, "there is no such vote, or it was taken back already"));
        }
        self.vote_list(Empty {}).await
    }

    /// The last votes.
    pub async fn vote_list(&self, _: Empty) -> Result<VoteList, ApiError> {
        let stored = self.store.read(|view| view.votes(LISTED)).await?;
        let mut votes = Vec::with_capacity(stored.len());
        for StoredVote { id, at, record } in stored {
            let Record { calls, choice, blind } =
                serde_json::from_str(&record).map_err(|error| ApiError::internal(&error))?;
            votes.push(Vote { id, at, calls, choice, blind });
        }
        Ok(VoteList { votes })
    }
}
