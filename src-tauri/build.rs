//! Puts the capabilities, the permissions and the built UI into the binary.

use tauri_build::{AppManifest, Attributes};

fn main() {
    // Without these a command that was taken off the list would stay callable until something else changed.
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    println!("cargo:rerun-if-changed=src-tauri/permissions");
    println!("cargo:rerun-if-changed=ui/dist");
    let manifest = AppManifest::new().permissions_path_pattern("./src-tauri/permissions/**/*.toml");
    let attributes =
        Attributes::new().capabilities_path_pattern("./src-tauri/capabilities/**/*.json").app_manifest(manifest);
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo:warning=the window's configuration can't be built: {error:#}");
        std::process::exit(1);
    }
}
