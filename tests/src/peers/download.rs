//! A file to a box: from our server over QUIC and from nginx over HTTPS, the same bytes, verified and not, in turn.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anteroom_content::id::ContentHash;
use anteroom_content::wire::{ALPN_BULK, Fetch, Found, SERVER_NAME, decode, encode, frame_length};
use anyhow::Context as _;
use quinn::crypto::rustls::QuicClientConfig;
use quinn::{ClientConfig, Endpoint, TransportConfig, VarInt};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConnection, RootCertStore, StreamOwned};
use tokio::runtime::Runtime;

use super::arguments::Arguments;
use super::authority::{Authority, server_name};
use super::program::{Program, Running};
use super::published::Published;
use super::table::{median, number, ratio};
use crate::fleet::identity::Identity;
use crate::fleet::kernel::processor_time;
use crate::harness::Outcome;

/// How much is read at once, in bytes.
const READ_BYTES: usize = 256 * 1024;
/// A file that takes longer will not come.
const FETCH_MAX: Duration = Duration::from_mins(1);
/// Receive window, in bytes: that of a box's connection for files.
const WINDOW_BYTES: u32 = 4 * 1024 * 1024;
/// The longest head of a web server's answer, in bytes.
const HEAD_BYTES_MAX: u64 = 16 * 1024;
/// The file that the web server hands out.
const FILE: &str = "movie.mp4";

/// What was measured of both servers.
#[derive(Debug, Default)]
pub(super) struct Transfer {
    size_bytes: usize,
    ours: Served,
    /// None when nginx is not installed.
    nginx: Option<(String, Served)>,
}

/// One server's file, time after time.
#[derive(Debug, Default)]
struct Served {
    verified: Vec<Fetched>,
    trusted: Vec<Fetched>,
}

/// One file fetched.
#[derive(Debug, Clone, Copy)]
struct Fetched {
    wall: Duration,
    server: Duration,
    client: Duration,
}

/// A figure of one server.
type Figure<'a> = &'a dyn Fn(&Served) -> Option<f64>;

/// What is done with the bytes that come.
enum Eye {
    /// They are hashed.
    Hashes(Box<blake3::Hasher>),
    /// They are counted.
    Counts,
}

impl Eye {
    fn see(&mut self, bytes: &[u8], count: &mut usize) {
        *count += bytes.len();
        if let Self::Hashes(hasher) = self {
            hasher.update(bytes);
        }
    }

    fn found(self, (count, size_bytes): (usize, usize), hash: &ContentHash) -> bool {
        let is_hash = match self {
            Self::Hashes(hasher) => ContentHash::from_bytes(*hasher.finalize().as_bytes()) == *hash,
            Self::Counts => true,
        };
        count == size_bytes && is_hash
    }
}

/// Fetches the file from each server in turn, verified and not.
///
/// # Errors
/// When it does not come, or is not what it should be.
pub(super) fn measure(arguments: &Arguments, tell: &mut impl FnMut(&str)) -> Outcome<Transfer> {
    let folder = tempfile::tempdir()?;
    let size_bytes = usize::try_from(arguments.file_mib)? * 1024 * 1024;
    let published = Published::movie(folder.path(), size_bytes)?;
    let (hash, size_bytes) = (ContentHash::of(&published.movie), published.movie.len());
    std::fs::write(folder.path().join(FILE), &published.movie)?;
    let authority = Authority::make(folder.path())?;
    let nginx = Program::Nginx.path().map(|_| Program::Nginx.start(folder.path())).transpose()?;
    if nginx.is_none() {
        tell(&format!("nginx is left out: apt-get install {}", Program::Nginx.package()));
    }
    let ours = published.hospital.pid().context("a server without a process")?;
    let link = published.hospital.link()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut transfer = Transfer { size_bytes, ..Transfer::default() };
    let mut from_nginx = Served::default();
    // The first of each is not counted: pages are touched that were not there before.
    for round in 0..=arguments.file_rounds {
        for is_verified in [true, false] {
            let eye = || if is_verified { Eye::Hashes(Box::default()) } else { Eye::Counts };
            let is_content = |(eye, count): (Eye, usize)| eye.found((count, size_bytes), &hash);
            let over_quic = || quic(&runtime, link, &published.identity, hash, eye()).map(is_content);
            let mut taken = vec![(&mut transfer.ours, measured(ours, over_quic)?)];
            if let Some(nginx) = &nginx {
                taken.push((
                    &mut from_nginx,
                    measured(nginx.pid(), || https(&authority, nginx, eye()).map(is_content))?,
                ));
            }
            for (served, fetched) in taken.into_iter().filter(|_| round > 0) {
                if is_verified { served.verified.push(fetched) } else { served.trusted.push(fetched) }
            }
        }
    }
    transfer.nginx = nginx.map(|_| (Program::Nginx.version(), from_nginx));
    Ok(transfer)
}

fn measured(server: u32, fetch: impl FnOnce() -> Outcome<bool>) -> Outcome<Fetched> {
    let me = std::process::id();
    let (began, server_before, me_before) = (Instant::now(), processor_time(server)?, processor_time(me)?);
    anyhow::ensure!(fetch()?, "the file that came is not the one that was asked for");
    Ok(Fetched {
        wall: began.elapsed(),
        server: processor_time(server)?.saturating_sub(server_before),
        client: processor_time(me)?.saturating_sub(me_before),
    })
}

/// From our server, as a box does it.
fn quic(
    runtime: &Runtime,
    link: SocketAddr,
    identity: &Identity,
    hash: ContentHash,
    mut eye: Eye,
) -> Outcome<(Eye, usize)> {
    let config = bulk(identity)?;
    let fetch = async {
        let endpoint = Endpoint::client((Ipv4Addr::LOCALHOST, 0).into())?;
        let connection = endpoint.connect_with(config, link, SERVER_NAME)?.await?;
        let (mut speak, mut hear) = connection.open_bi().await?;
        speak.write_all(&encode(&Fetch { hash, from_byte: 0 })?).await?;
        speak.finish()?;
        let mut length = [0; 4];
        hear.read_exact(&mut length).await?;
        let mut frame = vec![0; frame_length(length)?];
        hear.read_exact(&mut frame).await?;
        let found: Found = decode(&frame)?;
        found.size_bytes.context("our server has no such file for this box")?;
        let mut count = 0;
        while let Some(chunk) = hear.read_chunk(READ_BYTES, true).await? {
            eye.see(&chunk.bytes, &mut count);
        }
        connection.close(VarInt::from_u32(0), b"done");
        endpoint.wait_idle().await;
        Ok((eye, count))
    };
    runtime.block_on(async { tokio::time::timeout(FETCH_MAX, fetch).await.context("the file does not come")? })
}

fn bulk(identity: &Identity) -> Outcome<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    for authority in CertificateDer::pem_slice_iter(identity.authority_pem.as_bytes()) {
        roots.add(authority?)?;
    }
    let chain = CertificateDer::pem_slice_iter(identity.certificate_pem.as_bytes()).collect::<Result<Vec<_>, _>>()?;
    let mut tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, PrivateKeyDer::from_pem_slice(identity.key_pem.as_bytes())?)?;
    tls.alpn_protocols = vec![ALPN_BULK.to_vec()];
    let mut config = ClientConfig::new(Arc::new(QuicClientConfig::try_from(tls)?));
    let mut transport = TransportConfig::default();
    transport.stream_receive_window(VarInt::from_u32(WINDOW_BYTES)).receive_window(VarInt::from_u32(WINDOW_BYTES));
    config.transport_config(Arc::new(transport));
    Ok(config)
}

/// From the web server.
fn https(authority: &Authority, nginx: &Running, mut eye: Eye) -> Outcome<(Eye, usize)> {
    let config = authority.config(&authority.badge("box")?)?;
    let tcp = TcpStream::connect(nginx.address)?;
    tcp.set_read_timeout(Some(FETCH_MAX))?;
    tcp.set_write_timeout(Some(FETCH_MAX))?;
    let mut stream = StreamOwned::new(ClientConnection::new(config, server_name()?)?, tcp);
    write!(stream, "GET /{FILE} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut stream = BufReader::with_capacity(READ_BYTES, stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        let read = stream.by_ref().take(HEAD_BYTES_MAX).read_line(&mut head)?;
        anyhow::ensure!(read > 0 && head.len() < usize::try_from(HEAD_BYTES_MAX)?, "no whole answer: {head}");
    }
    anyhow::ensure!(head.starts_with("HTTP/1.1 200 "), "the web server refuses: {head}");
    let (mut count, ends_at) = (0, Instant::now() + FETCH_MAX);
    loop {
        let length = {
            let bytes = stream.fill_buf()?;
            eye.see(bytes, &mut count);
            bytes.len()
        };
        if length == 0 {
            return Ok((eye, count));
        }
        stream.consume(length);
        anyhow::ensure!(Instant::now() < ends_at, "the file does not come");
    }
}

impl Served {
    fn over(fetched: &[Fetched], of: impl Fn(&Fetched) -> f64) -> Option<f64> {
        median(fetched.iter().map(of).collect())
    }

    /// What hashing adds to the box's work: its processor time with it over that without it.
    fn verification(&self) -> Option<f64> {
        let client = |fetched: &Fetched| fetched.client.as_secs_f64();
        ratio(Self::over(&self.verified, client), Self::over(&self.trusted, client))
    }
}

impl Transfer {
    /// Tells the table of files.
    pub(super) fn print(&self, tell: &mut impl FnMut(&str)) {
        let gigabytes = number(self.size_bytes as u64) / 1e9;
        let mebibytes = self.size_bytes / 1024 / 1024;
        let name =
            self.nginx.as_ref().map_or("nginx (not installed)".to_owned(), |(version, _)| format!("nginx {version}"));
        let theirs = self.nginx.as_ref().map(|(_, served)| served);
        tell("");
        tell(&format!("T8: a file of {mebibytes} MiB to one box, certificates on both sides, TLS 1.3; medians."));
        tell("");
        tell(&format!("| what | anteroom over QUIC | {name} over HTTPS | × {name} |"));
        tell("|---|---|---|---|");
        let rows: [(&str, Figure<'_>); 5] = [
            ("processor time of the server, s/GB", &|s| {
                Served::over(&s.verified, |f| f.server.as_secs_f64() / gigabytes)
            }),
            ("processor time of the box, verifying, s/GB", &|s| {
                Served::over(&s.verified, |f| f.client.as_secs_f64() / gigabytes)
            }),
            ("processor time of the box, not verifying, s/GB", &|s| {
                Served::over(&s.trusted, |f| f.client.as_secs_f64() / gigabytes)
            }),
            ("verifying over not verifying", &Served::verification),
            ("time on the wall, verifying, s", &|s| Served::over(&s.verified, |f| f.wall.as_secs_f64())),
        ];
        for (what, of) in rows {
            let (ours, theirs) = (of(&self.ours), theirs.and_then(of));
            let cell = |figure: Option<f64>| figure.map_or_else(|| "–".to_owned(), |figure| format!("{figure:.2}"));
            tell(&format!("| T8 {what} | {} | {} | {} |", cell(ours), cell(theirs), cell(ratio(ours, theirs))));
        }
    }
}
