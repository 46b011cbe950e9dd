//! One connection to one target: a request that was built before, and an answer that is read with as little work as can
//! be.

use std::{
    io,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Where the number stands that makes every request another one, so that nobody can answer from a store.
const NUMBER: &str = "0000000000";

/// What is asked of whom.
#[derive(Debug, Clone)]
pub(crate) struct Asking {
    address: String,
    bytes: Vec<u8>,
    number_at: usize,
    /// How many pieces the whole answer has.
    pieces: usize,
}

/// What was seen of one answer.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) whole: Duration,
    /// When the first piece came.
    pub(crate) first: Option<Duration>,
    /// How long each piece was under way.
    pub(crate) under_way: Vec<Duration>,
}

impl Asking {
    pub(crate) fn new(
        address: &str,
        path: &str,
        headers: &[(String, String)],
        model: &str,
        pieces: usize,
        stream: bool,
    ) -> Self {
        let question = "what is a signal box, and who works in it? ".repeat(12);
        let body = serde_json::json!({
            "model": model,
            "messages": [
                { "role": "system", "content": "Answer in two sentences." },
                { "role": "user", "content": format!("Question {NUMBER}: {question}") },
            ],
            "max_tokens": 200,
            "stream": stream,
        })
        .to_string();
        let mut head = format!("POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n");
        for (name, value) in headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        let bytes = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
        let number_at = bytes.find(NUMBER).unwrap_or_default();
        Self { address: address.to_owned(), bytes: bytes.into_bytes(), number_at, pieces }
    }

    fn numbered(&mut self, number: u64) -> &[u8] {
        let digits = format!("{number:0width$}", width = NUMBER.len());
        if let Some(place) = self.bytes.get_mut(self.number_at..self.number_at + NUMBER.len()) {
            place.copy_from_slice(&digits.as_bytes()[..NUMBER.len()]);
        }
        &self.bytes
    }
}

/// A connection that is kept.
pub(crate) struct Connection {
    asking: Asking,
    socket: TcpStream,
    received: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(asking: Asking) -> io::Result<Self> {
        let socket = TcpStream::connect(&asking.address).await?;
        socket.set_nodelay(true)?;
        Ok(Self { asking, socket, received: Vec::with_capacity(64 * 1024) })
    }

    /// Asks once. An answer that isn't whole is an error.
    pub(crate) async fn ask(&mut self, number: u64) -> io::Result<Seen> {
        let began = Instant::now();
        self.socket.write_all(self.asking.numbered(number)).await?;
        self.received.clear();
        let (head, length) = loop {
            self.read().await?;
            if let Some(head) = head(&self.received)? {
                break head;
            }
        };
        let mut seen = Seen::default();
        let text = match length {
            Some(length) => {
                while self.received.len() < head + length {
                    self.read().await?;
                }
                std::str::from_utf8(&self.received[head..head + length]).map(str::to_owned).map_err(wrong)?
            }
            None => self.chunks(head, began, &mut seen).await?,
        };
        seen.whole = began.elapsed();
        let pieces = moments(&text).count();
        let ended = length.is_some() || text.contains("data: [DONE]");
        if pieces != self.asking.pieces || !ended || !text.contains(r#""finish_reason":"stop""#) {
            return Err(wrong(format!("the answer isn't whole, {pieces} pieces: {text}")));
        }
        Ok(seen)
    }

    async fn read(&mut self) -> io::Result<()> {
        match self.socket.read_buf(&mut self.received).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    /// The body of a stream.
    async fn chunks(&mut self, head: usize, began: Instant, seen: &mut Seen) -> io::Result<String> {
        let (mut text, mut at, mut timed) = (String::new(), head, 0);
        loop {
            let mut over = false;
            while let Some((from, to)) = chunk(self.received.get(at..).unwrap_or_default())? {
                text.push_str(std::str::from_utf8(&self.received[at + from..at + to]).map_err(wrong)?);
                over = from == to;
                at += to + 2;
            }
            // Lines that are whole are looked at for pieces.
            let lines = text.rfind('\n').map_or(0, |end| end + 1);
            if timed < lines {
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                let sent = moments(&text[timed..lines]).map(|sent| now.saturating_sub(sent));
                let before = seen.under_way.len();
                seen.under_way.extend(sent);
                if before == 0 && !seen.under_way.is_empty() {
                    seen.first = Some(began.elapsed());
                }
                timed = lines;
            }
            if over {
                return Ok(text);
            }
            self.read().await?;
        }
    }
}

/// Where the body begins, and its length, if it has one.
fn head(received: &[u8]) -> io::Result<Option<(usize, Option<usize>)>> {
    let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&received[..end]).map_err(wrong)?;
    if !head.starts_with("HTTP/1.1 200") {
        return Err(wrong(String::from_utf8_lossy(received).into_owned()));
    }
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok());
    Ok(Some((end + 4, length)))
}

/// Where the first chunk begins and ends, once it is all there.
fn chunk(received: &[u8]) -> io::Result<Option<(usize, usize)>> {
    let Some(line) = received.windows(2).position(|two| two == b"\r\n") else { return Ok(None) };
    let size = std::str::from_utf8(&received[..line]).ok().and_then(|size| usize::from_str_radix(size.trim(), 16).ok());
    let size = size.ok_or_else(|| wrong("a chunk has no size"))?;
    Ok((received.len() >= line + 2 + size + 2).then_some((line + 2, line + 2 + size)))
}

/// The moments at which the mock sent the pieces of a text: sixteen digits and a blank each.
fn moments(text: &str) -> impl Iterator<Item = Duration> + '_ {
    text.split("\"content\":").skip(1).flat_map(|rest| {
        let content = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next()).unwrap_or_default();
        content
            .split(' ')
            .filter(|word| word.len() == 16)
            .filter_map(|word| word.parse().ok().map(Duration::from_micros))
    })
}

fn wrong(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::other(error)
}
