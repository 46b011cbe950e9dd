//! App tokens: made, revoked, and checked when a program shows one.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use signalbox_domain::ContentHash;
use signalbox_gateway::entropy;
use signalbox_store::StoredToken;
use tokio_util::sync::DropGuard;

use super::Core;
use crate::{
    ApiError, Code,
    types::{AppToken, Empty, Event, TokenCreate, TokenCreated, TokenLimits, TokenList, TokenNamed},
};

/// What every token begins with, so that people and scanners of secrets know it.
const PREFIX: &str = "sbx_";
/// What secrets are made of: no character that a shell, a header or an address would have to quote.
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// The length of a secret: 36 of 62 characters are 214 bits.
const SECRET_LENGTH: usize = 36;
/// No token is longer; what is longer isn't even hashed.
const LONGEST_SHOWN: usize = 128;
const LONGEST_NAME: usize = 64;
const LONGEST_BINDING: usize = 200;
/// How often it is stored that a token is used, in microseconds.
const USE_EVERY: i64 = 60_000_000;
/// How often it is looked for changes by other processes on the same state folder.
const LOOK_EVERY: Duration = Duration::from_millis(700);

/// The tokens in use, in memory.
#[derive(Default)]
pub(crate) struct Tokens {
    known: RwLock<Arc<HashMap<String, Held>>>,
    /// Held while they are read, so that an older reading never takes the place of a newer one.
    reading: tokio::sync::Mutex<()>,
}

/// One token that lets in.
struct Held {
    stored: StoredToken,
    token: Arc<AppToken>,
    /// When its use was last stored, in microseconds since 1970.
    noted: AtomicI64,
}

/// For as long as it is held, changes of the tokens by other processes are noticed within a second.
pub struct TokenWatch {
    _until_dropped: DropGuard,
}

impl Tokens {
    fn known(&self) -> Arc<HashMap<String, Held>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes over what the database holds; says whether anything is new.
    fn put(&self, rows: Vec<StoredToken>) -> bool {
        let known = self.known();
        if rows.len() == known.len()
            && rows.iter().all(|row| known.get(&row.id).is_some_and(|held| held.stored == *row))
        {
            return false;
        }
        let held = rows.into_iter().map(|stored| {
            let before = known.get(&stored.id).map_or(i64::MIN, |held| held.noted.load(Ordering::Relaxed));
            let noted = before.max(stored.last_used_at.map_or(i64::MIN, Timestamp::as_microsecond));
            let held = Held { token: Arc::new(app_token(&stored)), noted: AtomicI64::new(noted), stored };
            (held.stored.id.clone(), held)
        });
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(held.collect());
        true
    }
}

impl Core {
    /// The token that is shown, if it lets in. How long this takes tells nothing about a secret, and what isn't known is
    /// compared all the same.
    ///
    /// Tokens that this process makes or revokes count at once; those of other processes while [`Core::watch_tokens`]
    /// is held, which whoever listens does.
    pub fn app_token(&self, shown: &str) -> Option<Arc<AppToken>> {
        if shown.len() > LONGEST_SHOWN {
            return None;
        }
        let (id, secret) = shown.strip_prefix(PREFIX).and_then(|rest| rest.split_once('_')).unwrap_or(("", shown));
        let hash = ContentHash::of(secret.as_bytes());
        let known = self.tokens.known();
        let held = known.get(id);
        let expected = held.map_or_else(|| ContentHash::from_bytes([0; 32]), |held| held.stored.hash);
        let same = expected.same(&hash);
        let held = held.filter(|_| same)?;
        self.note_use(held);
        Some(held.token.clone())
    }

    /// Stores that a token is used, at most once a minute and without waiting for it.
    fn note_use(&self, held: &Held) {
        let now = self.clock.now();
        let micros = now.as_microsecond();
        let noted = held.noted.load(Ordering::Relaxed);
        if micros.saturating_sub(noted) < USE_EVERY
            || held.noted.compare_exchange(noted, micros, Ordering::Relaxed, Ordering::Relaxed).is_err()
        {
            return;
        }
        let id = held.stored.id.clone();
        self.store.post(move |tx| tx.token_used(&id, now));
    }

    /// Reads the tokens, and looks for changes by other processes for as long as the answer is held.
    pub async fn watch_tokens(self: &Arc<Self>) -> Result<TokenWatch, ApiError> {
        self.read_tokens().await?;
        let stop = self.stopping.child_token();
        let (core, stopped) = (self.clone(), stop.clone());
        self.tasks.spawn(async move {
            loop {
                tokio::select! {
                    () = stopped.cancelled() => return,
                    () = tokio::time::sleep(LOOK_EVERY) => {}
                }
                if let Err(error) = core.read_tokens().await {
                    tracing::warn!(%error, "the app tokens could not be read; those that were known stay in force");
                }
            }
        });
        Ok(TokenWatch { _until_dropped: stop.drop_guard() })
    }

    /// Reads the tokens in use, and tells the windows if anything about them is new.
    pub(super) async fn read_tokens(&self) -> Result<(), ApiError> {
        let _one_at_a_time = self.tokens.reading.lock().await;
        let rows = self.store.read(|view| view.tokens_in_use()).await?;
        if self.tokens.put(rows) {
            self.hub.send(Event::Tokens {});
        }
        Ok(())
    }

    /// Every app token.
    pub async fn token_list(&self, _: Empty) -> Result<TokenList, ApiError> {
        let rows = self.store.read(|view| view.tokens()).await?;
        Ok(TokenList { tokens: rows.iter().map(app_token).collect() })
    }

    /// Makes an app token, whose secret is in this answer and nowhere else.
    pub async fn token_create(&self, request: TokenCreate) -> Result<TokenCreated, ApiError> {
        let TokenCreate { name, user, org, project, limits } = request;
        let name = checked_name(&name)?;
        let TokenLimits { requests_per_minute, concurrent } = limits;
        checked_limit("requests_per_minute", requests_per_minute)?;
        checked_limit("concurrent", concurrent)?;
        let secret = new_secret();
        let stored = StoredToken {
            id: new_id(),
            name: name.clone(),
            hash: ContentHash::of(secret.as_bytes()),
            user: checked_binding("user", user)?,
            org: checked_binding("org", org)?,
            project: checked_binding("project", project)?,
            requests_per_minute,
            concurrent,
            created_at: self.clock.now(),
            last_used_at: None,
            revoked_at: None,
        };
        let token = app_token(&stored);
        let added = self.store.write(move |tx| tx.token_add(&stored)).await?;
        if !added {
            return Err(ApiError::new(Code::Conflict, format!("there is a token {name} already"))
                .with_hint("Choose another name, or revoke that token first"));
        }
        self.read_tokens().await?;
        let secret = format!("{PREFIX}{}_{secret}", token.id);
        Ok(TokenCreated { token, secret })
    }

    /// Revokes an app token: from now on nobody gets in with it.
    pub async fn token_revoke(&self, request: TokenNamed) -> Result<TokenList, ApiError> {
        let (id, at) = (request.id.clone(), self.clock.now());
        let revoked = self.store.write(move |tx| tx.token_revoke(&id, at)).await?;
        self.read_tokens().await?;
        if !revoked {
            return Err(ApiError::new(
                Code::NotFound,
                format!("there is no token {:?} in use; it may be revoked already", request.id),
            ));
        }
        self.token_list(Empty {}).await
    }
}

fn app_token(stored: &StoredToken) -> AppToken {
    let StoredToken { id, name, hash: _, user, org, project, requests_per_minute, concurrent, .. } = stored.clone();
    AppToken {
        id,
        name,
        user,
        org,
        project,
        limits: TokenLimits { requests_per_minute, concurrent },
        created_at: stored.created_at,
        last_used_at: stored.last_used_at,
        revoked_at: stored.revoked_at,
    }
}

/// Ten digits by chance, which need not be secret.
fn new_id() -> String {
    let [one, two, rest @ ..] = entropy();
    let [.., three, four, five] = rest;
    format!("{one:02x}{two:02x}{three:02x}{four:02x}{five:02x}")
}

/// Characters that nobody can guess, from the randomness of the operating system.
fn new_secret() -> String {
    // Bytes above the last whole multiple are left out: all characters are equally likely.
    let fair = 256 - 256 % ALPHABET.len();
    std::iter::repeat_with(entropy)
        .flatten()
        .map(usize::from)
        .filter(|byte| *byte < fair)
        .filter_map(|byte| ALPHABET.get(byte % ALPHABET.len()).copied().map(char::from))
        .take(SECRET_LENGTH)
        .collect()
}

fn checked_name(name: &str) -> Result<String, ApiError> {
    let name = name.trim();
    let fits = (1..=LONGEST_NAME).contains(&name.chars().count())
        && name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.'));
    if fits {
        return Ok(name.to_owned());
    }
    Err(ApiError::new(
        Code::Invalid,
        format!("a token's name has 1 to {LONGEST_NAME} letters, digits, dots, hyphens and underscores"),
    ))
}

/// Nothing and blanks bind to nobody.
fn checked_binding(what: &str, name: Option<String>) -> Result<Option<String>, ApiError> {
    let Some(name) = name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()) else { return Ok(None) };
    if name.chars().count() > LONGEST_BINDING || name.chars().any(char::is_control) {
        return Err(ApiError::new(
            Code::Invalid,
            format!("a token's {what} has at most {LONGEST_BINDING} characters, none of them a control character"),
        ));
    }
    Ok(Some(name))
}

fn checked_limit(what: &str, limit: Option<u32>) -> Result<(), ApiError> {
    if limit == Some(0) {
        return Err(ApiError::new(Code::Invalid, format!("a token's {what} is at least 1"))
            .with_hint("Leave it out for no limit, or revoke the token to let nobody in"));
    }
    Ok(())
}
