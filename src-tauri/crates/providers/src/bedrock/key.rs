//! The one secret of the provider, in either of its forms.

use signalbox_domain::{ErrorClass, Failure, Secret};

use crate::scrub::Scrub;

/// How a request shows who sends it.
#[derive(Debug)]
pub(crate) enum Credentials {
    /// Not at all, as for a server of one's own.
    Nothing,
    /// An API key of Bedrock, which travels in a header.
    Bearer(Secret),
    /// An access key: the request is signed, and the secret never travels.
    Access(AccessKey),
}

/// An access key of an AWS account.
#[derive(Debug)]
pub(crate) struct AccessKey {
    /// Which key it is; no secret in itself.
    pub(crate) id: String,
    /// What requests are signed with.
    pub(crate) secret: Secret,
    /// What comes with keys that last for some hours only.
    pub(crate) session: Option<Secret>,
}

impl Credentials {
    /// Reads `ACCESS_KEY_ID:SECRET_ACCESS_KEY`, the same with `:SESSION_TOKEN`, or an API key, which has no colon.
    ///
    /// Fails with `Auth` when it is none of these. The failure says nothing of what was there.
    pub(crate) fn read(key: Option<&Secret>) -> Result<Self, Failure> {
        let Some(key) = key.filter(|key| !key.is_empty()) else {
            return Ok(Self::Nothing);
        };
        let parts: Vec<&str> = key.expose().split(':').map(str::trim).collect();
        let (id, secret, session) = match parts.as_slice() {
            [_] => return Ok(Self::Bearer(key.clone())),
            [id, secret] => (*id, *secret, None),
            [id, secret, session] => (*id, *secret, Some(*session)),
            _ => return Err(malformed()),
        };
        let is_base64 = |text: &str| {
            !text.is_empty()
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'-' | b'_'))
        };
        let is_id = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !is_id || !is_base64(secret) || !session.is_none_or(is_base64) {
            return Err(malformed());
        }
        Ok(Self::Access(AccessKey {
            id: id.to_owned(),
            secret: Secret::new(secret.to_owned()),
            session: session.map(|session| Secret::new(session.to_owned())),
        }))
    }

    /// What takes every secret part out of the service's words.
    pub(crate) fn scrub(&self) -> Scrub {
        Scrub::of(match self {
            Self::Nothing => Vec::new(),
            Self::Bearer(key) => vec![key.clone()],
            Self::Access(key) => [Some(key.secret.clone()), key.session.clone()].into_iter().flatten().collect(),
        })
    }
}

fn malformed() -> Failure {
    Failure::new(ErrorClass::Auth, "the key of this provider is neither an access key of AWS nor an API key of Bedrock")
        .with_hint("enter it as ACCESS_KEY_ID:SECRET_ACCESS_KEY, with :SESSION_TOKEN behind it for a temporary one, or enter an API key of Bedrock")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let read = Credentials::read(Some(&Secret::new(text.into())));
        let shown = match &read {
            Ok(Credentials::Nothing) => "nothing".to_owned(),
            Ok(Credentials::Bearer(key)) => format!("bearer {}", key.expose()),
            Ok(Credentials::Access(key)) => {
                format!("{} {} {}", key.id, key.secret.expose(), key.session.as_ref().map_or("-", Secret::expose))
            }
            Err(failure) => format!("{:?}", failure.class),
        };
        assert_eq!(shown, expected, "{text}");
        assert!(!format!("{read:?}").contains("canary"), "{text}: {read:?}");
    }

    #[test]
    fn r1_a_secret_is_read_in_each_of_its_forms_and_never_shown() {
        check("", "nothing");
        check("ABSKcanary=", "bearer ABSKcanary=");
        check("AKIDEXAMPLE:canary/+x", "AKIDEXAMPLE canary/+x -");
        check("AKIDEXAMPLE : canary : token== ", "AKIDEXAMPLE canary token==");
        for wrong in [
            ":canary",
            "AKID:",
            "AKID:canary:",
            "AKID:canary:t:u",
            "AK ID:canary",
            "AKID:can ary",
            "AKID:canary\n:x",
            "AKID:canary\u{1}",
        ] {
            let expected = if wrong.contains('\n') { "AKID canary x" } else { "Auth" };
            check(wrong, expected);
        }
        assert!(matches!(Credentials::read(None), Ok(Credentials::Nothing)));
    }

    #[test]
    fn r1_each_secret_part_is_taken_out_of_the_words_of_the_service() {
        let key = Secret::new("AKIDEXAMPLE:canary-one:canary-two".into());
        let scrub = Credentials::read(Some(&key)).unwrap().scrub();
        assert_eq!(scrub.clean("canary-one, canary-two and AKIDEXAMPLE"), "[key], [key] and AKIDEXAMPLE");
    }
}
