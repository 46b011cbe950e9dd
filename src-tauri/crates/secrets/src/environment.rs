//! Keys from the environment, for use without a window.

/// How the names of the variables begin.
const PREFIX: &str = "SIGNALBOX_KEY_";

/// The environment variable that may hold a provider's key: `SIGNALBOX_KEY_` and the name in capitals, with `_` for
/// whatever isn't an ASCII letter or digit. `my-lab` is `SIGNALBOX_KEY_MY_LAB`. What follows a blank, such as the address
/// for which a key was given, isn't part of the name; the name of one of several keys, which follows a `#`, is:
/// `my-lab#second` is `SIGNALBOX_KEY_MY_LAB_SECOND`.
pub fn variable_of(account: &str) -> String {
    let (account, key) = account.split_once('#').map_or((account, None), |(account, key)| (account, Some(key)));
    let provider = account.split(' ').next().unwrap_or(account);
    let separator = if key.is_some() { "_" } else { "" };
    let name = [provider, separator, key.unwrap_or_default()].concat();
    let name = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' });
    PREFIX.chars().chain(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_named_after_its_provider() {
        assert_eq!(variable_of("openai"), "SIGNALBOX_KEY_OPENAI");
        assert_eq!(variable_of("my-lab.2"), "SIGNALBOX_KEY_MY_LAB_2");
        assert_eq!(variable_of("lab https://example.com"), "SIGNALBOX_KEY_LAB");
        assert_eq!(variable_of("lab#second"), "SIGNALBOX_KEY_LAB_SECOND");
        assert_eq!(variable_of("lab https://example.com#the-main.1"), "SIGNALBOX_KEY_LAB_THE_MAIN_1");
        assert_eq!(variable_of("größe"), "SIGNALBOX_KEY_GR__E");
    }
}
