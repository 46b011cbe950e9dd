//! The values that occur in the log, for the menus of a filter.

use crate::{StoreError, View};

/// The values that occur, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facets {
    /// Prompts.
    pub prompts: Vec<String>,
    /// Routes that were asked for.
    pub routes: Vec<String>,
    /// Models: those that answered, or were the last that was tried.
    pub models: Vec<String>,
    /// Providers, by the same rule.
    pub providers: Vec<String>,
    /// Where calls came from: the `kind` of an origin.
    pub origins: Vec<String>,
    /// Users for whom calls were made.
    pub users: Vec<String>,
    /// App tokens with which they were asked for.
    pub tokens: Vec<String>,
    /// With what calls or their attempts ended: the `kind` of an error class.
    pub errors: Vec<String>,
}

/// How many values of one column are given.
const MOST: usize = 500;

impl View<'_> {
    /// What occurs in the log of a workspace. Each value costs one step in an index, however many calls have it.
    pub fn call_facets(&self, workspace: &str) -> Result<Facets, StoreError> {
        let Some(place) = self.place(workspace)? else { return Ok(Facets::default()) };
        let of_log = |index, column| self.values(place, "log", index, column);
        let mut errors = of_log("log_by_error", "error")?;
        errors.extend(self.values(place, "attempts", "attempts_failed", "error")?);
        errors.sort_unstable();
        errors.dedup();
        Ok(Facets {
            prompts: of_log("log_by_prompt", "prompt")?,
            routes: of_log("log_by_route", "route")?,
            models: of_log("log_by_model", "model")?,
            providers: of_log("log_by_provider", "provider")?,
            origins: of_log("log_by_origin", "origin")?,
            users: of_log("log_by_user", "user")?,
            tokens: of_log("log_by_token", "token")?,
            errors,
        })
    }

    fn values(&self, place: i64, table: &str, index: &str, column: &str) -> Result<Vec<String>, StoreError> {
        let mut next = self.0.prepare_cached(&format!(
            "SELECT {column} FROM {table} INDEXED BY {index} WHERE place = {place} AND {column} > ?1
             ORDER BY {column} LIMIT 1"
        ))?;
        let mut values: Vec<String> = Vec::new();
        while values.len() < MOST {
            let after = values.last().map_or("", String::as_str);
            let mut rows = next.query([after])?;
            match rows.next()? {
                Some(row) => values.push(row.get(0)?),
                None => break,
            }
        }
        Ok(values)
    }
}
