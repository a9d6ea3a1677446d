//! The peers' programs: where they are, how they are told to serve, and that they end with the run.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::authority::{AUTHORITY_FILE, SERVER_FILE, SERVER_KEY_FILE};
use crate::harness::{Outcome, until};

/// How long a program may take to answer.
const START_LIMIT: Duration = Duration::from_secs(20);
/// Where Debian puts servers, in case the shell does not look there.
const SERVERS: [&str; 2] = ["/usr/sbin", "/usr/local/sbin"];

/// A program to compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Program {
    /// The MQTT broker.
    Mosquitto,
    /// The NATS server.
    NatsServer,
    /// The web server.
    Nginx,
}

/// One that runs, until it is dropped.
pub(super) struct Running {
    child: Child,
    /// Where it serves.
    pub(super) address: SocketAddr,
}

impl Program {
    /// Its name, and its program's.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Mosquitto => "mosquitto",
            Self::NatsServer => "nats-server",
            Self::Nginx => "nginx",
        }
    }

    /// The Debian package it comes in.
    pub(super) fn package(self) -> &'static str {
        match self {
            Self::Mosquitto => "mosquitto",
            Self::NatsServer => "nats-server",
            Self::Nginx => "nginx-light",
        }
    }

    /// Where it is; none when it is not installed.
    pub(super) fn path(self) -> Option<PathBuf> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::env::split_paths(&path).chain(SERVERS.map(PathBuf::from));
        folders.map(|folder| folder.join(self.name())).find(|file| file.is_file())
    }

    /// Its version, by its own word.
    pub(super) fn version(self) -> String {
        let ask = match self {
            Self::Mosquitto => "-h",
            Self::NatsServer | Self::Nginx => "-v",
        };
        let said = self.path().and_then(|path| Command::new(path).arg(ask).output().ok());
        let words = said.map(|said| [said.stdout, said.stderr].concat()).unwrap_or_default();
        version_in(&String::from_utf8_lossy(&words))
    }

    /// Starts it with the certificates of a folder, where its configuration is written too.
    ///
    /// # Errors
    /// When it is not installed or does not answer in time.
    pub(super) fn start(self, folder: &Path) -> Outcome<Running> {
        let path = self.path().ok_or_else(|| anyhow::anyhow!("{} is not installed", self.name()))?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let file = folder.join(format!("{}.conf", self.name()));
        std::fs::write(&file, self.configuration(folder, address))?;
        let log = std::fs::File::create(folder.join(format!("{}.log", self.name())))?;
        let mut command = Command::new(path);
        match self {
            Self::Mosquitto | Self::NatsServer => command.arg("-c").arg(&file),
            Self::Nginx => command.arg("-p").arg(folder).arg("-e").arg("stderr").arg("-c").arg(&file),
        };
        let child = command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
        let mut running = Running { child, address };
        until(self.name(), START_LIMIT, || {
            if let Some(status) = running.child.try_wait()? {
                let said = std::fs::read_to_string(folder.join(format!("{}.log", self.name()))).unwrap_or_default();
                anyhow::bail!("{} ended ({status}): {said}", self.name());
            }
            Ok(TcpStream::connect(address).is_ok())
        })?;
        Ok(running)
    }

    fn configuration(self, folder: &Path, address: SocketAddr) -> String {
        let file = |name: &str| folder.join(name).display().to_string();
        let (ca, certificate, key) = (file(AUTHORITY_FILE), file(SERVER_FILE), file(SERVER_KEY_FILE));
        let (ip, port) = (address.ip(), address.port());
        match self {
            // It gives up root for a user that may not read the run's folder, unless it is told not to.
            Self::Mosquitto => format!(
                "listener {port} {ip}\ncafile {ca}\ncertfile {certificate}\nkeyfile {key}\nrequire_certificate true\n\
                 tls_version tlsv1.3\nallow_anonymous true\nmax_connections -1\nmax_queued_messages 1000\n\
                 persistence false\nlog_type error\nlog_dest stderr\n{}",
                if rustix::process::getuid().is_root() { "user root\n" } else { "" }
            ),
            // Clients show that they live; the server need not ask.
            Self::NatsServer => format!(
                "listen: \"{ip}:{port}\"\nmax_connections: 65536\nping_interval: \"1h\"\nwrite_deadline: \"30s\"\n\
                 tls {{ cert_file: \"{certificate}\", key_file: \"{key}\", ca_file: \"{ca}\", verify: true, timeout: 30 }}\n"
            ),
            Self::Nginx => {
                let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                    .map(|name| format!("{name}_temp_path {};\n", file(&format!("nginx-{name}"))))
                    .concat();
                format!(
                    "daemon off;\nmaster_process off;\npid {};\nevents {{ worker_connections 64; }}\nhttp {{\n\
                     access_log off;\nsendfile on;\n{temporary}server {{\nlisten {ip}:{port} ssl;\n\
                     ssl_certificate {certificate};\nssl_certificate_key {key};\nssl_client_certificate {ca};\n\
                     ssl_verify_client on;\nssl_protocols TLSv1.3;\nroot {};\n}}\n}}\n",
                    file("nginx.pid"),
                    folder.display()
                )
            }
        }
    }
}

impl Running {
    /// Its process.
    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // What cannot be ended any more has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that nobody had a moment ago.
fn free_port() -> Outcome<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// The first word that looks like a version.
pub(crate) fn version_in(said: &str) -> String {
    let words = said.split(|c: char| !(c.is_ascii_digit() || c == '.'));
    let version = words.into_iter().find(|word| word.contains('.') && word.starts_with(|c: char| c.is_ascii_digit()));
    version.unwrap_or("of no known version").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_in_what_a_program_says() {
        let check = |given: &str, expected: &str| assert_eq!(version_in(given), expected, "{given}");
        check("mosquitto version 2.0.11\n\nmosquitto is an MQTT v5.0/v3.1.1/v3.1 broker.", "2.0.11");
        check("nats-server: v2.9.10\n", "2.9.10");
        check("nginx version: nginx/1.22.1\n", "1.22.1");
        check("", "of no known version");
    }
}
