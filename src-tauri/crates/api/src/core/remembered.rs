//! Included prompts that are asked for several times while one question is answered.

use std::{cell::RefCell, collections::HashMap};

use signalbox_prompts::{IncludeProblem, Included, Includes, Pin, PromptName, Selector};

type Answer = Result<Included, IncludeProblem>;

/// Reads every included prompt once. It lives no longer than one question, so nothing in it can grow old.
pub(super) struct Remembered<'i> {
    of: &'i dyn Includes,
    resolved: RefCell<HashMap<(PromptName, Selector), Answer>>,
    frozen: RefCell<HashMap<Pin, Answer>>,
}

impl<'i> Remembered<'i> {
    pub(super) fn new(of: &'i dyn Includes) -> Self {
        Self { of, resolved: RefCell::default(), frozen: RefCell::default() }
    }
}

impl Includes for Remembered<'_> {
    fn resolve(&self, name: &PromptName, selector: &Selector) -> Answer {
        let key = (name.clone(), selector.clone());
        if let Some(known) = self.resolved.borrow().get(&key) {
            return known.clone();
        }
        let answer = self.of.resolve(name, selector);
        self.resolved.borrow_mut().insert(key, answer.clone());
        answer
    }

    fn frozen(&self, pin: &Pin) -> Answer {
        if let Some(known) = self.frozen.borrow().get(pin) {
            return known.clone();
        }
        let answer = self.of.frozen(pin);
        self.frozen.borrow_mut().insert(pin.clone(), answer.clone());
        answer
    }
}
