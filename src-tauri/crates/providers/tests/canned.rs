//! A server that answers every connection with the bytes that a test gives it, then closes it.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

pub(crate) struct Canned {
    pub(crate) address: String,
    requests: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Canned {
    /// Answers the first connection with the first response and so on, and every further one with the last.
    pub(crate) async fn start<B: AsRef<[u8]>>(responses: impl IntoIterator<Item = B>) -> Self {
        let responses: Vec<Vec<u8>> = responses.into_iter().map(|response| response.as_ref().to_vec()).collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = Arc::clone(&requests);
        let task = tokio::spawn(async move {
            let mut count = 0;
            while let Ok((mut socket, _)) = listener.accept().await {
                let request = read_request(&mut socket).await;
                seen.lock().unwrap().push(request);
                let response = &responses[count.min(responses.len() - 1)];
                // The client may have gone already; that is its right.
                let _ = socket.write_all(response).await;
                let _ = socket.shutdown().await;
                count += 1;
            }
        });
        Self { address, requests, task }
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Canned {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A response whose end is the end of the connection.
pub(crate) fn until_close(head: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 {head}\r\nconnection: close\r\n\r\n").as_bytes(), body].concat()
}

pub(crate) fn json(status: &str, body: &str) -> Vec<u8> {
    until_close(
        &format!("{status}\r\ncontent-type: application/json\r\ncontent-length: {}", body.len()),
        body.as_bytes(),
    )
}

async fn read_request(socket: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&request).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_lowercase().strip_prefix("content-length:").map(|n| n.trim().parse::<usize>().unwrap())
                })
                .unwrap_or(0);
            if body.len() >= length {
                return text;
            }
        }
        match socket.read(&mut buffer).await {
            Ok(count @ 1..) => request.extend_from_slice(&buffer[..count]),
            _ => return text,
        }
    }
}
