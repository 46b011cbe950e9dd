//! How many tokens a model makes of a character, learned from what its provider counted.

use rusqlite::OptionalExtension;

use crate::{StoreError, Tx, View};

pub(crate) const V2: &str = "
CREATE TABLE token_ratios (
    model                TEXT PRIMARY KEY,
    samples              INTEGER NOT NULL CHECK (samples > 0),
    tokens_per_character REAL NOT NULL CHECK (tokens_per_character > 0)
) STRICT, WITHOUT ROWID;
";

/// The least samples after which a ratio is of use.
const ENOUGH: u32 = 3;
/// The share of a new sample once there are many: a tenth forgets what a provider did some dozen calls ago.
const SHARE: f64 = 0.1;
/// Shorter texts say more about the provider's template than about its tokenizer.
const SHORTEST: u64 = 200;
/// No tokenizer makes less of a character, even of a row of blanks.
const LEAST: f64 = 0.02;
/// No tokenizer makes more: a character has at most four bytes, and a token at least one.
const MOST: f64 = 4.0;
/// How far one sample may be from the mean; what is farther counts as this far, so that one odd request moves little.
const FARTHEST: f64 = 2.0;

/// How many tokens a model makes of a character: a mean that forgets slowly.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TokenRatio {
    /// How many requests it was learned from.
    pub samples: u32,
    /// The mean of their tokens per character.
    pub tokens_per_character: f64,
}

impl TokenRatio {
    /// The ratio once one more request has been counted: the characters that were sent, and the input tokens that the
    /// provider reported. Requests that are too short to say anything change nothing.
    pub fn learned(known: Option<Self>, sent_chars: u64, tokens: u64) -> Option<Self> {
        if sent_chars < SHORTEST || tokens == 0 {
            return known;
        }
        let sample = (tokens as f64 / sent_chars as f64).clamp(LEAST, MOST);
        let Some(Self { samples, tokens_per_character: mean }) = known else {
            return Some(Self { samples: 1, tokens_per_character: sample });
        };
        let samples = samples.saturating_add(1);
        let near = if samples > ENOUGH { sample.clamp(mean / FARTHEST, mean * FARTHEST) } else { sample };
        let share = SHARE.max(1.0 / f64::from(samples));
        Some(Self { samples, tokens_per_character: (mean + (near - mean) * share).clamp(LEAST, MOST) })
    }

    /// The tokens per character, when enough requests were counted.
    pub fn settled(&self) -> Option<f64> {
        (self.samples >= ENOUGH).then_some(self.tokens_per_character)
    }
}

impl View<'_> {
    /// What was learned of every model, by its identifier at the provider.
    pub fn ratios(&self) -> Result<Vec<(String, TokenRatio)>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT model, samples, tokens_per_character FROM token_ratios")?;
        let rows = statement.query_map([], |row| {
            Ok((row.get(0)?, TokenRatio { samples: row.get(1)?, tokens_per_character: row.get(2)? }))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// Learns from one request: the characters that were sent to a model, and the input tokens that its provider
    /// reported.
    pub fn ratio_learn(&self, model: &str, sent_chars: u64, tokens: u64) -> Result<(), StoreError> {
        let known = self
            .connection()
            .prepare_cached("SELECT samples, tokens_per_character FROM token_ratios WHERE model = ?1")?
            .query_row([model], |row| Ok(TokenRatio { samples: row.get(0)?, tokens_per_character: row.get(1)? }))
            .optional()?;
        let Some(learned) = TokenRatio::learned(known, sent_chars, tokens).filter(|learned| Some(*learned) != known)
        else {
            return Ok(());
        };
        self.connection()
            .prepare_cached(
                "INSERT INTO token_ratios (model, samples, tokens_per_character) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET samples = ?2, tokens_per_character = ?3",
            )?
            .execute((model, learned.samples, learned.tokens_per_character))?;
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use crate::Store;

    /// What is learned from requests of so many characters and tokens, one after another.
    fn learned(requests: &[(u64, u64)]) -> Option<TokenRatio> {
        requests.iter().fold(None, |known, (chars, tokens)| TokenRatio::learned(known, *chars, *tokens))
    }

    #[test]
    fn a_ratio_counts_from_the_third_request_on() {
        let settled = |requests: &[(u64, u64)]| learned(requests).and_then(|ratio| ratio.settled());
        assert_eq!(settled(&[]), None);
        assert_eq!(settled(&[(1_000, 250); 2]), None);
        assert_eq!(settled(&[(1_000, 250); 3]), Some(0.25));
        assert_eq!(settled(&[(10, 9); 30]), None, "short requests say nothing");
        assert_eq!(settled(&[(1_000, 0); 30]), None, "a provider that doesn't count says nothing");
    }

    #[test]
    fn one_odd_request_moves_a_ratio_little_and_a_lasting_change_moves_it_all_the_way() {
        let mut requests = vec![(1_000, 250); 20];
        requests.push((1_000, 1_000_000));
        let odd = learned(&requests).unwrap().tokens_per_character;
        assert!((0.25..0.28).contains(&odd), "{odd}");
        requests.extend([(1_000, 500); 60]);
        let changed = learned(&requests).unwrap().tokens_per_character;
        assert!((changed - 0.5).abs() < 0.01, "{changed}");
    }

    #[test]
    fn a_ratio_stays_within_what_a_tokenizer_can_do() {
        for (chars, tokens) in [(u64::MAX, 1), (200, u64::MAX), (u64::MAX, u64::MAX)] {
            let ratio = learned(&[(chars, tokens); 50]).unwrap().tokens_per_character;
            assert!((LEAST..=MOST).contains(&ratio), "{ratio}");
        }
    }

    #[tokio::test]
    async fn what_was_learned_is_there_after_a_restart() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path()).unwrap().store;
        store
            .write(|tx| {
                for _ in 0..4 {
                    tx.ratio_learn("small", 1_000, 300)?;
                    tx.ratio_learn("short", 5, 3)?;
                }
                Ok(())
            })
            .await
            .unwrap();
        drop(store);
        let store = Store::open(home.path()).unwrap().store;
        let ratios = store.read(|view| view.ratios()).await.unwrap();
        assert_eq!(ratios, [("small".to_owned(), TokenRatio { samples: 4, tokens_per_character: 0.3 })]);
    }
}
