//! A key while it is in memory.

use zeroize::Zeroize;

/// A provider's key. It can't be printed, serialised or compared, and its memory is overwritten when it is dropped.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes a key, without the white space that a paste brings along.
    pub fn new(mut text: String) -> Self {
        let trimmed = text.trim().to_owned();
        text.zeroize();
        Self(trimmed)
    }

    /// The key itself, for the one place that puts it into a request.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is no key at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The last four characters, all that a person is ever shown; nothing of a key shorter than twelve.
    pub fn last_four(&self) -> Option<String> {
        let count = self.0.chars().count();
        (count >= 12).then(|| self.0.chars().skip(count - 4).collect())
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r1_a_secret_never_prints_itself() {
        let secret = Secret::new(" sk-canary-000111222 \n".into());
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(secret.expose(), "sk-canary-000111222", "a paste's white space is dropped");
        assert_eq!(secret.last_four().as_deref(), Some("1222"));
        assert_eq!(Secret::new("short".into()).last_four(), None, "four of five characters would give it away");
    }
}
