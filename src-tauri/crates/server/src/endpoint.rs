//! The local endpoint: models for every program of this machine, in the protocols of `OpenAI` and Anthropic.

mod asked;
