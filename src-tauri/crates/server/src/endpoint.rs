//! The local endpoint: models for every program of this machine, in the protocols of `OpenAI` and Anthropic.

#![allow(dead_code, reason = "the routes that call this come with the listener")]

mod asked;
mod asking;
mod body;
mod calls;
mod chat;
mod fault;
mod messages;
mod models;
mod responses;
mod said;
mod speech;

#[cfg(test)]
mod tests;
