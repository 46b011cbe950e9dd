//! Signalbox: a desktop console for prompt operations.

// No console window beside the application's on Windows.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    signalbox_shell::run()
}
