//! Keys, as `WebDriver`'s actions name them.

use serde_json::{Value, json};

/// The actions that type a text into whatever has the focus. A line break is the key Enter.
pub(crate) fn typing(text: &str) -> Value {
    let keys = text.chars().map(|letter| if letter == '\n' { '\u{E007}' } else { letter });
    let presses: Vec<Value> = keys.flat_map(|key| [down(key), up(key)]).collect();
    device(&presses)
}

/// The actions that press all keys of `Control+Shift+p`, and let them go in the opposite order.
pub(crate) fn combination(combination: &str) -> Value {
    let keys: Vec<char> = combination.split('+').map(code).collect();
    let presses = keys.iter().copied().map(down);
    let releases = keys.iter().rev().copied().map(up);
    device(&presses.chain(releases).collect::<Vec<Value>>())
}

fn device(actions: &[Value]) -> Value {
    json!([{ "type": "key", "id": "keyboard", "actions": actions }])
}

fn down(key: char) -> Value {
    json!({ "type": "keyDown", "value": key })
}

fn up(key: char) -> Value {
    json!({ "type": "keyUp", "value": key })
}

/// The protocol's code point of a key.
fn code(name: &str) -> char {
    match name {
        "Backspace" => '\u{E003}',
        "Tab" => '\u{E004}',
        "Enter" => '\u{E007}',
        "Shift" => '\u{E008}',
        "Control" => '\u{E009}',
        "Alt" => '\u{E00A}',
        "Escape" => '\u{E00C}',
        "Space" => '\u{E00D}',
        "PageUp" => '\u{E00E}',
        "PageDown" => '\u{E00F}',
        "End" => '\u{E010}',
        "Home" => '\u{E011}',
        "ArrowLeft" => '\u{E012}',
        "ArrowUp" => '\u{E013}',
        "ArrowRight" => '\u{E014}',
        "ArrowDown" => '\u{E015}',
        "Delete" => '\u{E017}',
        "Plus" => '+',
        _ => single(name),
    }
}

fn single(name: &str) -> char {
    let mut letters = name.chars();
    match (letters.next(), letters.next()) {
        (Some('F'), Some(_)) => {
            let number: u32 = name[1..].parse().expect("F1 to F12");
            char::from_u32(0xE030 + number).expect("F1 to F12")
        }
        (Some(letter), None) => letter,
        _ => panic!("there is no key `{name}`"),
    }
}
