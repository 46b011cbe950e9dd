//! One connection: requests in, answers out.

use std::{convert::Infallible, future::poll_fn, sync::Arc, time::Duration};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::{answer, patient::Patient, receive::Unread, serve::Shared};

/// How much of an unread body is still taken from a caller that was refused, and for how long: a connection that is
/// closed with bytes in it may take the refusal with it, and most callers write all of a body before they read. Nothing of
/// it is kept.
const REST: u64 = 256 * 1024 * 1024;
const REST_TIME: Duration = Duration::from_secs(1);

/// Serves requests until either side ends the connection.
pub(super) async fn serve(socket: TcpStream, shared: Arc<Shared>) {
    // Small pieces must not wait for each other.
    let _ = socket.set_nodelay(true);
    let unread = Arc::new(Unread::default());
    let (of_all, of_this) = (shared.clone(), unread.clone());
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let (shared, unread) = (of_all.clone(), of_this.clone());
        Box::pin(async move {
            let (head, body) = request.into_parts();
            Ok::<_, Infallible>(answer::answer(shared, head, body, &unread).await)
        })
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(shared.limits.head_time)
        .max_header_size(shared.limits.head)
        .serve_connection(TokioIo::new(Patient::new(socket, shared.limits.write_time)), service);
    let mut stopping = false;
    let ended = loop {
        tokio::select! {
            ended = poll_fn(|context| connection.poll_without_shutdown(context)) => break ended,
            () = shared.stopping.cancelled(), if !stopping => {
                stopping = true;
                Pin::new(&mut connection).graceful_shutdown();
            }
            () = shared.cut.cancelled(), if stopping => return,
        }
    };
    if ended.is_err() {
        // The caller has left, or what it sent is no request; there is nobody to tell.
        return;
    }
    let mut socket = connection.into_parts().io.into_inner();
    let _ = socket.shutdown().await;
    if unread.is_set() {
        let mut rest = socket.take(REST);
        let _ = timeout(REST_TIME, tokio::io::copy(&mut rest, &mut tokio::io::sink())).await;
    }
}
