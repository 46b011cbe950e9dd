//! The length of a whole request: messages, tools and schema.

use serde_json::Value;
use signalbox_domain::{Block, Content, Message, Tool};

use super::{Counted, TokenCounter};

/// What a provider's template may add to each message or block, in tokens.
const PER_PART: u64 = 8;
/// The same for the conversation as a whole: some templates put a system text of their own in front.
const PER_CONVERSATION: u64 = 256;
/// The same for a request with tools or a schema: Anthropic's instruction about tools has up to about 530.
const PER_TOOLBOX: u64 = 1_024;
/// What a template may add around one tool.
const PER_TOOL: u64 = 64;
/// A picture, likely: about one megapixel at Anthropic, or 1024 × 1024 at the vision models of others.
const IMAGE_LIKELY: u64 = 1_600;
/// The most that a picture counts. The providers scale down what is larger; what they charge for the largest is below
/// this at Anthropic (4,784), Gemini (16 tiles of 258) and OpenAI (1,536 patches times at most 2.46; 10,000 patches where
/// the original size is kept).
const IMAGE_AT_MOST: u64 = 16_384;
/// GPT-4o mini counts a picture dearer than all others: 2,833 and 5,667 for each of at most eight tiles.
const IMAGE_AT_MOST_4O_MINI: u64 = 2_833 + 8 * 5_667;

impl TokenCounter {
    /// The length of a request with all that a provider's template adds. Pictures count with a fixed most, tools and
    /// schemas as the text that they are sent as. It is exact when there is nothing but text and the model's own
    /// tokenizer counted.
    pub fn request(self, messages: &[Message], tools: &[Tool], schema: Option<&Value>) -> Counted {
        self.request_by(messages, tools, schema, |text| self.text(text))
    }

    /// The same with another way to count one text, such as one that remembers.
    pub fn request_by(
        self,
        messages: &[Message],
        tools: &[Tool],
        schema: Option<&Value>,
        mut count: impl FnMut(&str) -> Counted,
    ) -> Counted {
        let mut sum = Counted { likely: 0, at_most: PER_CONVERSATION, exact: true };
        let blocks: usize = messages
            .iter()
            .map(|message| match &message.content {
                Content::Text(_) => 1,
                Content::Blocks(blocks) => 1 + blocks.len(),
            })
            .sum();
        let parts = blocks as u64;
        sum.likely += parts * PER_PART / 2;
        sum.at_most += parts * PER_PART;
        sum.exact &= texts(messages, &[], None, |text| {
            let text = count(text);
            sum.likely += text.likely;
            sum.at_most += text.at_most;
            sum.exact &= text.exact;
        });
        for block in messages.iter().flat_map(blocks_of) {
            if let Block::Image { .. } = block {
                sum.likely += IMAGE_LIKELY;
                sum.at_most += self.image_at_most();
            }
            // A seal is taken back as it is; whether it counts is the provider's affair.
            sum.at_most += seal(block).map_or(0, str::len) as u64;
        }
        if tools.is_empty() && schema.is_none() {
            return sum;
        }
        // Providers put these into the prompt in a form of their own, so they are estimates for every tokenizer.
        sum.exact = false;
        sum.at_most += PER_TOOLBOX + PER_TOOL * tools.len() as u64;
        texts(&[], tools, schema, |text| {
            sum.likely += count(text).likely;
            sum.at_most += text.len() as u64;
        });
        sum
    }

    /// The most that a picture counts.
    fn image_at_most(self) -> u64 {
        // Only models with this tokenizer can be GPT-4o mini, but several others have it too.
        if self == Self::O200k { IMAGE_AT_MOST_4O_MINI } else { IMAGE_AT_MOST }
    }
}

/// Gives every text of a request to `each`. Says whether there is nothing else in it.
pub(super) fn texts(messages: &[Message], tools: &[Tool], schema: Option<&Value>, mut each: impl FnMut(&str)) -> bool {
    let mut only_text = true;
    for message in messages {
        if let Content::Text(text) = &message.content {
            each(text);
        }
        for block in blocks_of(message) {
            match block {
                Block::Text { text } | Block::Reasoning { text, .. } => each(text),
                Block::Image { .. } => {}
                Block::ToolCall(call) => {
                    each(&call.name);
                    each(&call.arguments);
                }
                Block::ToolResult { name, content, .. } => {
                    each(name.as_deref().unwrap_or_default());
                    each(content);
                }
                // It tells the provider how to treat the block before it, and isn't read by the model.
                mark if mark.mark().is_some() => continue,
                Block::Other { value, .. } => each(&value.to_string()),
            }
            only_text &= matches!(block, Block::Text { .. } | Block::ToolCall(_) | Block::ToolResult { .. });
        }
    }
    for tool in tools {
        each(&tool.name);
        each(tool.description.as_deref().unwrap_or_default());
        each(&tool.parameters.to_string());
    }
    if let Some(schema) = schema {
        each(&schema.to_string());
    }
    only_text
}

fn blocks_of(message: &Message) -> &[Block] {
    match &message.content {
        Content::Text(_) => &[],
        Content::Blocks(blocks) => blocks,
    }
}

fn seal(block: &Block) -> Option<&str> {
    match block {
        Block::Reasoning { signature, .. } => signature.as_deref(),
        Block::ToolCall(call) => call.signature.as_deref(),
        _ => None,
    }
}
