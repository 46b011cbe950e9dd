//! The list of what the system must have, and how to see that it is there.

use std::path::Path;

use super::Purpose;
use crate::{command, locale, paths, versions};

/// One thing that must be there, with the packages that bring it.
pub(crate) struct Need {
    probe: Probe,
    /// What it is for, in a few words.
    pub(crate) why: &'static str,
    /// The packages of Debian and Ubuntu.
    pub(crate) apt: &'static str,
    /// The packages of Fedora.
    pub(crate) dnf: &'static str,
    /// The packages of Arch.
    pub(crate) pacman: &'static str,
}

/// How to see that something is there. Looking for the thing itself, and not for the package, finds what was installed
/// in any other way.
enum Probe {
    /// A program on the `PATH`.
    Program(&'static str),
    /// A library with its headers.
    Library(&'static str),
    /// A Debian package that leaves no other trace. Not looked for elsewhere.
    Debian(&'static str),
    /// Chromium, under one of its names.
    Chromium,
    /// A Python that can make virtual environments.
    Python,
    /// The locale of the tests, or what it is compiled from.
    Locale,
}

/// Everything that is needed for `purpose` on this system.
pub(crate) fn for_purpose(purpose: Purpose) -> Vec<Need> {
    let linux = cfg!(target_os = "linux");
    let mut needs = Vec::new();
    if linux && purpose != Purpose::Model {
        needs.extend(for_the_window());
    }
    if purpose != Purpose::Build {
        needs.push(Need {
            probe: Probe::Python,
            why: "serves the real model",
            apt: "python3 python3-venv",
            dnf: "python3",
            pacman: "python",
        });
    }
    if purpose == Purpose::Test {
        needs.push(Need {
            probe: Probe::Chromium,
            why: "shows the UI to the browser tests",
            apt: "chromium",
            dnf: "chromium",
            pacman: "chromium",
        });
    }
    if linux && purpose == Purpose::Test {
        needs.extend(for_the_session());
    }
    needs
}

impl Need {
    /// Whether it is there.
    pub(crate) fn is_met(&self) -> bool {
        match self.probe {
            Probe::Program(name) => paths::program(name).is_some(),
            Probe::Library(name) => command::succeeds(command::program("pkg-config").args(["--exists", name])),
            Probe::Chromium => paths::chromium().is_some(),
            Probe::Python => versions::python().is_some(),
            Probe::Locale => locale::can_be_made(),
            Probe::Debian(name) => !Path::new("/etc/debian_version").exists() || is_installed(name),
        }
    }
}

fn is_installed(package: &str) -> bool {
    let mut query = command::program("dpkg-query");
    command::output(query.args(["-W", "-f=${db:Status-Status}", package])).is_some_and(|status| status == "installed")
}

/// What the window is compiled from.
fn for_the_window() -> [Need; 5] {
    [
        Need {
            probe: Probe::Program("cc"),
            why: "compiles C",
            apt: "build-essential",
            dnf: "gcc make",
            pacman: "base-devel",
        },
        Need {
            probe: Probe::Program("c++"),
            why: "compiles C++",
            apt: "build-essential",
            dnf: "gcc-c++",
            pacman: "base-devel",
        },
        Need {
            probe: Probe::Program("pkg-config"),
            why: "finds libraries",
            apt: "pkg-config",
            dnf: "pkgconf-pkg-config",
            pacman: "pkgconf",
        },
        Need {
            probe: Probe::Library("webkit2gtk-4.1"),
            why: "the window",
            apt: "libwebkit2gtk-4.1-dev",
            dnf: "webkit2gtk4.1-devel",
            pacman: "webkit2gtk-4.1",
        },
        Need {
            probe: Probe::Library("librsvg-2.0"),
            why: "icons in the window",
            apt: "librsvg2-dev",
            dnf: "librsvg2-devel",
            pacman: "librsvg",
        },
    ]
}

/// What a desktop session for the tests is made of.
fn for_the_session() -> [Need; 8] {
    [
        Need {
            probe: Probe::Program("xvfb-run"),
            why: "a display for the tests",
            apt: "xvfb",
            dnf: "xorg-x11-server-Xvfb",
            pacman: "xorg-server-xvfb",
        },
        Need {
            probe: Probe::Program("xauth"),
            why: "access to that display",
            apt: "xauth",
            dnf: "xorg-x11-xauth",
            pacman: "xorg-xauth",
        },
        Need {
            probe: Probe::Program("WebKitWebDriver"),
            why: "drives the real window",
            apt: "webkit2gtk-driver",
            dnf: "webkit2gtk-driver",
            pacman: "webkit2gtk-4.1",
        },
        Need {
            probe: Probe::Program("dbus-run-session"),
            why: "a message bus for the tests",
            apt: "dbus",
            dnf: "dbus-daemon",
            pacman: "dbus",
        },
        Need {
            probe: Probe::Program("dbus-send"),
            why: "asks that bus",
            apt: "dbus-bin",
            dnf: "dbus-tools",
            pacman: "dbus",
        },
        Need {
            probe: Probe::Program("gnome-keyring-daemon"),
            why: "a real keychain for the tests",
            apt: "gnome-keyring",
            dnf: "gnome-keyring",
            pacman: "gnome-keyring",
        },
        Need {
            probe: Probe::Locale,
            why: "the language of the tests",
            apt: "locales",
            dnf: "glibc-locale-source",
            pacman: "glibc",
        },
        Need {
            probe: Probe::Debian("fonts-dejavu-core"),
            why: "letters for the tests",
            apt: "fonts-dejavu-core",
            dnf: "",
            pacman: "",
        },
    ]
}
