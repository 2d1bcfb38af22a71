//! The judge: a small hand-written HTTP server of the Elastic Path order lifecycle, over which `contest` itself is
//! tested. It shares no line with `src/`, so that a bug there cannot agree with itself here. One judge is one fresh
//! state on a port of its own; its defects are chosen at the start. Start reading at [`Judge::start`]; a request then
//! goes through `wire.rs` → `routes.rs` → `state.rs`, and back through
//! `spoil.rs`, which plants defects, and `oddity.rs`, which says the same in other legal ways. Beside the orders it serves
//! `/shapes` of `shapes.yaml`, made up for what the document of the orders has no use for. `ecart/` is a second judge over
//! the same wire, of the orders of ecartapi.

mod defect;
pub(crate) mod ecart;
mod gzip;
mod oddity;
mod routes;
mod shape;
mod spoil;
mod state;
#[cfg(test)]
mod tests;
mod wire;

pub(crate) use defect::Defect;
pub(crate) use oddity::Oddity;

use routes::Service;
use std::collections::HashMap;
use std::io::BufReader;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use wire::{Delivery, Manner, Request, RequestError, Response};

/// A running server; dropping it closes every connection and joins every thread.
pub(crate) struct Judge {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

/// What answers the requests of all connections, one after the other.
type Responder = Box<dyn FnMut(&Request) -> Response + Send>;

struct Shared {
    service: Mutex<Responder>,
    n_exchanges: AtomicUsize,
    is_stopping: AtomicBool,
    connections: Mutex<Connections>,
}

/// The connections that are open, and the threads that serve or served one.
#[derive(Debug, Default)]
struct Connections {
    /// Second handles of the sockets, to close them from outside; each thread removes its own at its end.
    open: HashMap<usize, TcpStream>,
    threads: Vec<JoinHandle<()>>,
}

impl Judge {
    /// Starts a judge with fresh orders ([`state::SEED_ORDERS`]) on a free port of 127.0.0.1.
    ///
    /// Two empty slices are the right behaviour in its plainest form; several defects and oddities add up.
    ///
    /// # Panics
    /// When no port can be listened at, for then there is nothing to test.
    pub(crate) fn start(defects: &[Defect], oddities: &[Oddity]) -> Judge {
        let mut service = Service::new(defects, oddities);
        Judge::serve(move |request| service.respond(request))
    }

    /// Starts a server that answers by a function.
    ///
    /// # Panics
    /// When no port can be listened at.
    fn serve(respond: impl FnMut(&Request) -> Response + Send + 'static) -> Judge {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port on 127.0.0.1");
        let address = listener.local_addr().expect("a bound listener has an address");
        let shared = Arc::new(Shared {
            service: Mutex::new(Box::new(respond)),
            n_exchanges: AtomicUsize::new(0),
            is_stopping: AtomicBool::new(false),
            connections: Mutex::default(),
        });
        let acceptor = thread::spawn({
            let shared = Arc::clone(&shared);
            move || accept_connections(&listener, &shared)
        });
        Judge { address, shared, acceptor: Some(acceptor) }
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Number of requests served so far, token requests and malformed requests included.
    ///
    /// Counted before the response is sent, so a client that has its response finds it counted.
    pub(crate) fn exchanges(&self) -> usize {
        self.shared.n_exchanges.load(Ordering::SeqCst)
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        self.shared.is_stopping.store(true, Ordering::SeqCst);
        // The acceptor sleeps in `accept`; a connection wakes it, and it sees the flag.
        let is_woken = TcpStream::connect_timeout(&self.address, Duration::from_secs(1)).is_ok();
        if let Some(acceptor) = self.acceptor.take()
            && is_woken
        {
            // An `Err` is a panic there, which the thread has already printed; the same below.
            let _ = acceptor.join();
        }
        let threads = {
            let mut connections = lock(&self.shared.connections);
            for stream in connections.open.values() {
                // This ends the blocked read of the connection's thread, or its blocked write.
                let _ = stream.shutdown(Shutdown::Both);
            }
            std::mem::take(&mut connections.threads)
        };
        for thread in threads {
            let _ = thread.join();
        }
    }
}

fn accept_connections(listener: &TcpListener, shared: &Arc<Shared>) {
    for id in 0.. {
        let accepted = listener.accept();
        if shared.is_stopping.load(Ordering::SeqCst) {
            return;
        }
        let handles = accepted.and_then(|(stream, _)| {
            stream.set_nodelay(true)?;
            Ok((stream.try_clone()?, stream))
        });
        let Ok((second_handle, stream)) = handles else {
            // A client that went away at once, or no file handle left: not a reason to stop, nor to spin.
            thread::sleep(Duration::from_millis(1));
            continue;
        };
        let mut connections = lock(&shared.connections);
        connections.open.insert(id, second_handle);
        connections.threads.retain(|thread| !thread.is_finished());
        connections.threads.push(thread::spawn({
            let shared = Arc::clone(shared);
            move || {
                serve_connection(stream, &shared);
                lock(&shared.connections).open.remove(&id);
            }
        }));
    }
}

/// Answers the requests of one connection until either side ends it.
fn serve_connection(stream: TcpStream, shared: &Shared) {
    let mut reader = BufReader::new(stream);
    loop {
        let (response, keep_alive, head_only) = match wire::read_request(&mut reader) {
            Ok(request) => {
                let response = (lock(&shared.service))(&request);
                (response, request.keep_alive, request.method == "HEAD")
            }
            Err(RequestError::Malformed(problem)) => (malformed(problem), false, false),
            Err(RequestError::Closed) => return,
        };
        shared.n_exchanges.fetch_add(1, Ordering::SeqCst);
        match wire::write_response(reader.get_mut(), &response, keep_alive, head_only) {
            Ok(true) => {}
            Ok(false) => return wire::close(reader.get_mut()),
            Err(_) => return,
        }
    }
}

fn malformed(problem: &str) -> Response {
    let (status, body) = routes::error(400, "Bad Request", problem);
    let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
    let body = body.to_string().into_bytes();
    Response { status, headers, body, delivery: Delivery::Whole, manner: Manner::default() }
}

/// A panic of another thread must not hide behind a second one here: the state is read as it was left.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
