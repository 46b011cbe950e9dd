//! Keys from the environment, for use without a window.

/// How the names of the variables begin.
const PREFIX: &str = "SIGNALBOX_KEY_";

/// The environment variable that may hold a provider's key: `SIGNALBOX_KEY_` and the name in capitals, with `_` for
/// whatever isn't an ASCII letter or digit. `my-lab` is `SIGNALBOX_KEY_MY_LAB`. What follows a blank, such as the address
/// for which a key was given, isn't part of the name.
pub fn variable_of(provider: &str) -> String {
    let provider = provider.split(' ').next().unwrap_or(provider);
    let name = provider.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' });
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
        assert_eq!(variable_of("größe"), "SIGNALBOX_KEY_GR__E");
    }
}
