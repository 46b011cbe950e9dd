//! `cargo xtask screens`.

use std::{ffi::OsString, fs};

use crate::{
    arguments::Arguments,
    failure::Failure,
    packages::{self, Purpose},
    paths, test, ui,
};

const HELP: &str = "\
Walks every screen in the real window and takes its picture

Usage: cargo xtask screens

Writes target/screens/<screen>-<theme>-<width>.png, in the themes light and dark, at 1360×860 and 900×600.
";

pub(crate) fn main(arguments: Vec<OsString>) -> Result<(), Failure> {
    let mut arguments = Arguments::new(arguments, HELP);
    if let Some(option) = arguments.next_option()? {
        return Err(arguments.unknown(&option));
    }
    if !cfg!(target_os = "linux") {
        return Err(Failure::Setup("the pictures are taken on a virtual display, which needs Linux".to_owned()));
    }
    packages::ensure(Purpose::Test)?;
    ui::build()?;
    test::build_tests()?;
    let folder = paths::target().join("screens");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(Failure::file("empty", &folder))?;
    }
    fs::create_dir_all(&folder).map_err(Failure::file("create", &folder))?;
    test::window("test(=screens)", &[("SIGNALBOX_SCREENS", folder.clone().into_os_string())])?;
    println!("{}", folder.display());
    Ok(())
}
