//! Pictures of every screen: `cargo xtask screens`.

use std::{
    env,
    path::{Path, PathBuf},
};

use serde_json::json;

use crate::{
    harness::{App, window::Window},
    steps::{TEMPLATE, go, invoke, open_prompt, quit, set_limit, type_at_the_end},
};

const FOLDER: &str = "SIGNALBOX_SCREENS";
const SIZES: [(u32, u32); 2] = [(1360, 860), (900, 600)];
const THEMES: [&str; 2] = ["light", "dark"];
const PROMPT: &str = "support/reply";
/// A prompt with an include.
const INCLUDING: &str = "support/greeting";
/// A prompt with a schema, and an answer that follows it in its own way.
const MENDED_BY: &str = "extract/invoice";
const MENDED: &str = "Here: {'supplier': 'Acme', \"number\": \"A-7\", \"total\": \"1,204.50\", \"lines\": {\"text\": \"Paper\", \"amount\": \"12\"}}";
const MISTAKE: &str = " {{ nmae }}";

/// Walks every screen in both themes and both sizes, and writes `<screen>-<theme>-<width>.png`.
pub(crate) async fn walk() {
    let app = App::new("screens");
    let folder = env::var_os(FOLDER).map_or_else(|| app.results(), PathBuf::from);
    let window = app.open().await;
    window.by_test_id("screen-firststart").await;
    window.wait_for("[data-testid=output][data-status=done]").await;
    set_limit(&window, "2.50").await;
    include_prompts(&window).await;
    for theme in THEMES {
        set_theme(&window, theme).await;
        for (width, height) in SIZES {
            window.resize(width, height).await;
            walk_once(&window, &folder, theme, width).await;
        }
        window.resize(SIZES[0].0, SIZES[0].1).await;
    }
    quit(&app, window).await;
}

/// One walk: what the pictures are of, and what is in their names.
struct Walk<'w> {
    window: &'w Window,
    folder: &'w Path,
    theme: &'w str,
    width: u32,
}

impl Walk<'_> {
    /// Whether panes are tabs.
    fn narrow(&self) -> bool {
        self.width < 1100
    }

    async fn take(&self, screen: &str) {
        settle(self.window).await;
        self.window.screenshot(&self.folder.join(format!("{screen}-{}-{}.png", self.theme, self.width))).await;
    }
}

async fn walk_once(window: &Window, folder: &Path, theme: &str, width: u32) {
    let walk = Walk { window, folder, theme, width };
    run_command(window, "Connect a model").await;
    window.by_test_id("screen-firststart").await;
    window.wait_for("[data-testid=output][data-status=done]").await;
    // The focus is still on the rail, whose buttons then say what they are.
    window.eval("document.activeElement?.blur()", Vec::new()).await;
    walk.take("firststart").await;

    walk_library(&walk).await;
    walk_includes(&walk).await;
    walk_editor(&walk).await;
    walk_schema(&walk).await;
    walk_others(&walk).await;
}

async fn walk_library(walk: &Walk<'_>) {
    let window = walk.window;
    go(window, "library").await;
    window.by_test_id("library-row").await;
    walk.take("library").await;
    window.press("Control+i").await;
    window.by_test_id("import-path").await;
    walk.take("library-import").await;
    window.press("Escape").await;
    window.wait_gone("[data-testid=import-dialog]").await;
    run_command(window, "Old names of prompts").await;
    window.by_test_id("old-names-dialog").await;
    window.by_test_id("old-name").await;
    walk.take("library-names").await;
    window.press("Escape").await;
    window.wait_gone("[data-testid=old-names-dialog]").await;
}

/// What a prompt includes, and how its text looks then.
async fn walk_includes(walk: &Walk<'_>) {
    let window = walk.window;
    open_prompt(window, INCLUDING).await;
    run_command(window, "Show what is included").await;
    window.by_test_id("include-row").await;
    if !walk.narrow() {
        window.by_test_id("rendered-include").await;
    }
    walk.take("editor-includes").await;
    run_command(window, "Difference").await;
    window.wait_for("[data-testid=drawer-tab-versions][aria-selected=true]").await;
    window.press("Control+d").await;
    window.wait_gone("[data-testid=drawer]").await;
}

async fn walk_editor(walk: &Walk<'_>) {
    let window = walk.window;
    open_prompt(window, PROMPT).await;
    if !window.text(TEMPLATE).await.contains("forty words") {
        type_at_the_end(window, "Keep the reply under forty words.").await;
    }
    type_at_the_end(window, MISTAKE).await;
    window.wait_for("[data-testid=lint-count][data-errors=\"1\"]").await;
    walk.take("editor").await;
    for _ in MISTAKE.chars() {
        window.press("Backspace").await;
    }
    window.wait_gone("[data-testid=lint-count]:not([data-errors=\"0\"])").await;
    window.press("Control+d").await;
    window.wait_for("[data-testid=diff] ins").await;
    walk.take("editor-diff").await;
    window.press("Control+Shift+Enter").await;
    window.wait_for("[data-testid=drawer-tab-runs][aria-selected=true]").await;
    window.wait_for("[data-testid=run]").await;
    window.by_test_id("run-row").await;
    walk.take("editor-runs").await;
    run_command(window, "Difference").await;
    window.wait_for("[data-testid=drawer-tab-versions][aria-selected=true]").await;
    window.press("Control+d").await;
    window.wait_gone("[data-testid=drawer]").await;
    window.press("Control+s").await;
    window.wait_for("[data-testid=save-review] ins").await;
    walk.take("editor-save").await;
    window.press("Escape").await;
    window.wait_gone("[data-testid=save-dialog]").await;
    if walk.narrow() {
        for (tab, name) in [("rendered", "editor-rendered"), ("output", "editor-output"), ("body", "")] {
            window.click(&format!("[data-testid=pane-tab-{tab}]")).await;
            if !name.is_empty() {
                walk.take(name).await;
            }
        }
    }
}

async fn walk_others(walk: &Walk<'_>) {
    let window = walk.window;
    open_prompt(window, PROMPT).await;
    window.click("[data-testid=editor-more]").await;
    window.click("[data-testid=editor-more-compare]").await;
    window.wait_for("[data-testid=compare][data-ready=true]").await;
    window.click("[data-testid=run-all]").await;
    // The answers of the walk before are still there when this one begins.
    window.by_test_id("cancel-all").await;
    window.by_test_id("run-all").await;
    for pane in ["A", "B"] {
        window.wait_for(&format!("[data-testid=pane-{pane}][data-status=done]")).await;
    }
    walk.take("compare").await;

    go(window, "live").await;
    window.click("[data-testid=live-call]").await;
    if walk.narrow() {
        walk.take("live").await;
        window.click("[data-testid=live-tabs-decisions]").await;
        window.by_test_id("decision").await;
        walk.take("live-decisions").await;
        window.click("[data-testid=live-tabs-calls]").await;
    } else {
        window.by_test_id("decision").await;
        window.by_test_id("call-answer").await;
        walk.take("live").await;
    }

    go(window, "calls").await;
    window.by_test_id("calls-row").await;
    walk.take("calls").await;
    if walk.narrow() {
        window.click("[data-testid=calls-tabs-call]").await;
        window.by_test_id("waterfall").await;
        walk.take("calls-one").await;
        window.click("[data-testid=calls-tabs-calls]").await;
    }
    go(window, "routes").await;
    window.by_test_id("route-view").await;
    walk.take("routes").await;
    go(window, "budgets").await;
    window.by_test_id("budget-row").await;
    walk.take("budgets").await;
    go(window, "providers").await;
    window.by_test_id("provider-row").await;
    walk.take("providers").await;
    window.click("[data-testid=provider-add]").await;
    window.by_test_id("connect-address").await;
    walk.take("providers-add").await;
    go(window, "settings").await;
    window.by_test_id("screen-settings").await;
    walk.take("settings").await;
    window.press("Control+k").await;
    window.type_text("[data-testid=palette-input]", "com").await;
    window.by_test_id("command-go-compare").await;
    walk.take("palette").await;
    window.press("Escape").await;
    window.wait_gone("[data-testid=palette]").await;
}

/// Puts prompts into the workspace of which one includes another, whose label was moved and whose name was changed since.
async fn include_prompts(window: &Window) {
    let ask = async |command: &str, request: serde_json::Value| {
        let answer = invoke(window, command, json!({ "request": request })).await;
        answer.unwrap_or_else(|error| panic!("{command}: {error}"))
    };
    let save = async |name: &str, body: &str, message: &str| {
        let source = json!({ "head": "inputs: []\n", "body": body });
        ask("prompt_save", json!({ "name": name, "source": source, "message": message })).await;
    };
    let label = async |version: u32| {
        let request = json!({ "name": "shared/voice", "label": "production", "version": version });
        ask("prompt_label", request).await;
    };
    for name in ["shared/voice", INCLUDING] {
        ask("prompt_create", json!({ "name": name, "copy_of": null })).await;
    }
    save("shared/voice", "Write as one person to another. Say sorry once,\nthen say what happens next.\n", "Shorter")
        .await;
    label(2).await;
    let body = "system:\nYou greet whoever writes for the first time.\n{% include \"shared/voice@production\" %}\nAnswer in \
                the language of the mail.\nRemember: {% include \"shared/voice#2\" %}\n\nuser:\nHello!\n";
    save(INCLUDING, body, "Take the tone in").await;
    save("shared/voice", "Write as one person to another.\n", "Even shorter").await;
    label(3).await;
    ask("prompt_rename", json!({ "name": "shared/voice", "to": "shared/tone" })).await;
}

/// The schema of an answer, with an answer that had to be mended, and what the models enforce.
async fn walk_schema(walk: &Walk<'_>) {
    let window = walk.window;
    open_prompt(window, MENDED_BY).await;
    let (tab, views) = if walk.narrow() { ("pane-tab", "schema-view") } else { ("part", "schema-beside") };
    window.click(&format!("[data-testid={tab}-schema]")).await;
    if walk.narrow() {
        window.click("[data-testid=schema-view-form]").await;
        window.by_test_id("schema-form").await;
        walk.take("editor-schema").await;
    }
    window.click(&format!("[data-testid={views}-try]")).await;
    window.replace_text("[data-testid=try-text]", MENDED).await;
    window.wait_for("[data-testid=try-answer][data-ok=true]").await;
    walk.take(if walk.narrow() { "editor-schema-try" } else { "editor-schema" }).await;
    window.click(&format!("[data-testid={views}-models]")).await;
    window.by_test_id("schema-models").await;
    walk.take("editor-schema-models").await;
    window.click(&format!("[data-testid={tab}-body]")).await;
}

async fn set_theme(window: &Window, theme: &str) {
    go(window, "settings").await;
    window.click(&format!("[data-testid=theme-{theme}]")).await;
    window.wait_for(&format!("html[data-theme={theme}]")).await;
}

/// Runs a command by its title in the palette.
async fn run_command(window: &Window, title: &str) {
    window.press("Control+k").await;
    window.type_text("[data-testid=palette-input]", title).await;
    window.wait_text("[data-testid=palette]", "offers it", |text| text.contains(title)).await;
    window.press("Enter").await;
    window.wait_gone("[data-testid=palette]").await;
}

/// Waits until nothing moves: no placeholder, no message that goes by itself, no animation but the cursor's, all fonts there.
async fn settle(window: &Window) {
    // Away from whatever shows something under the pointer.
    let away = json!([{ "type": "pointer", "id": "mouse", "actions": [
        { "type": "pointerMove", "duration": 0, "x": 300, "y": 4 },
    ] }]);
    window.session().perform(&away).await.expect("the pointer moves");
    let script = "return document.fonts.status === 'loaded'\
                  && !document.querySelector('[data-testid=bones],[data-testid=toast]')\
                  && document.getAnimations().every((one) => one.playState !== 'running'\
                  || one.effect.getComputedTiming().iterations === Infinity)";
    window.wait_eval(script, |still| still == true).await;
}
