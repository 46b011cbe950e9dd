//! The long prompt that is typed into, and the figures of it.

use std::{fmt::Write as _, time::Duration};

use serde_json::{Map, Value, json};
use signalbox_prompts::SavedValues;

/// Variables and includes of the prompt.
pub(crate) const VARIABLES: usize = 20;
pub(crate) const INCLUDES: usize = 5;
/// Keys that are typed before anything is measured.
pub(crate) const WARM_UP: usize = 20;
/// What is typed, key by key, round and round.
pub(crate) const TYPED: &str = "Answer kindly, and name {{ value_3.name }} once. ";

/// An included prompt.
pub(crate) fn shared(number: usize) -> String {
    format!("Shared rule {number}: be exact with {{{{ value_{number}.name }}}}.\n").repeat(10)
}

pub(crate) fn head() -> String {
    let mut head = String::from(
        "name: bench/long\ndescription: A long prompt\nmodel:\n  options:\n    temperature: 0.2\ninputs:\n",
    );
    for number in 0..VARIABLES {
        // Writing into a text can't fail.
        let _ = write!(
            head,
            "- name: value_{number}\n  kind: object\n  description: Number {number}\n  properties:\n  - name: name\n    \
             kind: string\n  - name: items\n    kind: array\n    items:\n      kind: string\n"
        );
    }
    head.push_str("outputs:\n- name: answer\n  kind: string\n  required: true\n- name: score\n  kind: number\n");
    head
}

/// Half of the template: prose, with values, loops, conditions and includes among it.
pub(crate) fn half(lines: usize, first: bool) -> String {
    let mut body = String::from(if first { "system:\n" } else { "user:\n" });
    for line in 0..lines {
        let number = line % VARIABLES;
        let text = match line % 20 {
            3 => {
                format!("- About {{{{ value_{number}.name }}}}, written as \"{{{{ value_{number}.name | upper }}}}\".")
            }
            7 => format!(
                "{{% if value_{number}.items %}}It has {{{{ value_{number}.items | length }}}} items.{{% endif %}}"
            ),
            11 => format!("{{% for item in value_{number}.items %}}<item>{{{{ item }}}}</item>{{% endfor %}}"),
            _ => {
                format!("Line {line}: keep to the facts that are given, and say so when they are missing (§ {number}).")
            }
        };
        body.push_str(&text);
        body.push('\n');
        if first && line % 150 == 100 && line / 150 < INCLUDES {
            let _ = writeln!(body, "{{% include \"shared/rule-{}\" %}}", line / 150);
        }
    }
    body
}

pub(crate) fn saved() -> Vec<SavedValues> {
    let set = |name: &str| {
        let values: Map<String, Value> = (0..VARIABLES)
            .map(|number| {
                let value = json!({ "name": format!("Name {number} 😀"), "items": ["one", "two", "three"] });
                (format!("value_{number}"), value)
            })
            .collect();
        SavedValues { name: name.to_owned(), values }
    };
    ["first", "second", "third"].map(set).to_vec()
}

#[derive(Default)]
pub(crate) struct Figures(Vec<(&'static str, Vec<Duration>)>);

impl Figures {
    pub(crate) fn add(&mut self, measured: bool, what: &'static str, time: Duration) {
        if !measured {
            return;
        }
        match self.0.iter_mut().find(|(known, _)| *known == what) {
            Some((_, times)) => times.push(time),
            None => self.0.push((what, vec![time])),
        }
    }

    pub(crate) fn print(&mut self) {
        println!("{:62} {:>9} {:>9} {:>9} {:>9}", "milliseconds", "least", "median", "95 %", "most");
        for (what, times) in &mut self.0 {
            times.sort_unstable();
            let at = |part: usize| {
                let index = (times.len() * part / 100).min(times.len().saturating_sub(1));
                times.get(index).map_or(0.0, Duration::as_secs_f64) * 1e3
            };
            println!("{what:62} {:9.2} {:9.2} {:9.2} {:9.2}", at(0), at(50), at(95), at(100));
        }
    }
}
