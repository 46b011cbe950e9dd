//! Addresses in `signalbox.toml`.

use url::{Host, Url};

use super::reader::{At, Reader, shown};

/// Reads an address of a shared file: http or https, without a name, a password, a query or a fragment.
pub(super) fn check_url(reader: &mut Reader<'_>, key: &str, example: &str, text: &At<String>) -> Option<Url> {
    let url = Url::parse(&text.value).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let Some(url) = url else {
        let hint = format!("write an address such as \"{example}\"");
        reader.error(&text.span, format!("{} is not an address", shown(&text.value)), Some(hint));
        return None;
    };
    if !url.username().is_empty() || url.password().is_some() {
        let hint = "remove what stands before the @, and give the key in Providers".to_owned();
        reader.error(&text.span, "an address in a shared file must not hold a name or password", Some(hint));
        None
    } else if url.query().is_some() || url.fragment().is_some() {
        let hint = "end it with the path, such as /v1".to_owned();
        reader.error(&text.span, format!("`{key}` must not hold a `?` or `#`"), Some(hint));
        None
    } else {
        Some(url)
    }
}

/// Whether what is sent to an address can be read on the way.
pub(super) fn is_readable_on_the_way(url: &Url) -> bool {
    url.scheme() == "http" && !is_loopback(url)
}

/// Whether an address is this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback() || ip.to_ipv4_mapped().is_some_and(|ip| ip.is_loopback()),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}
