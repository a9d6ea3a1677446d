//! Lines to displays: a serial port, a display's address on the network, or a socket of this machine.

use std::fs::OpenOptions;
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::talk::{Dial, ReadWrite};

/// Reading waits so long for the next byte.
const READ_WAIT: Duration = Duration::from_millis(100);
/// A display on the network that takes longer is not there.
const CONNECT_MAX: Duration = Duration::from_secs(2);
/// How a serial line is set: 9,600 bits a second, 8 bits, no parity, one stop bit, nothing changed on its way, and reading that waits a
/// tenth of a second at the most.
const SERIAL: [&str; 14] = [
    "9600", "raw", "-echo", "cs8", "-parenb", "-cstopb", "-crtscts", "clocal", "-hupcl", "-ixon", "min", "0", "time",
    "1",
];

/// A socket that the other side closed is an error, not silence.
struct Socket<T>(T);

impl<T: Read> Read for Socket<T> {
    fn read(&mut self, piece: &mut [u8]) -> Result<usize> {
        match self.0.read(piece) {
            Ok(0) => Err(Error::new(ErrorKind::UnexpectedEof, "the other side has closed it")),
            read => read,
        }
    }
}

impl<T: Write> Write for Socket<T> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        self.0.flush()
    }
}

/// How a device is reached: by the path of a serial port or of a socket, or by `HOST:PORT`.
pub(super) fn dial(device: &str) -> Dial {
    let device = device.to_owned();
    Box::new(move || if device.starts_with('/') { path(Path::new(&device)) } else { network(&device) })
}

fn path(path: &Path) -> Result<Box<dyn ReadWrite>> {
    if path.metadata()?.file_type().is_socket() {
        let socket = UnixStream::connect(path)?;
        socket.set_read_timeout(Some(READ_WAIT))?;
        socket.set_write_timeout(Some(CONNECT_MAX))?;
        return Ok(Box::new(Socket(socket)));
    }
    // Without waiting for somebody at the other end: a display has no modem's signals.
    let flags = rustix::fs::OFlags::NOCTTY | rustix::fs::OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).map_err(Error::other)?;
    let port = OpenOptions::new().read(true).write(true).custom_flags(flags).open(path)?;
    let set = Command::new("stty").arg("-F").arg(path).args(SERIAL).stdin(Stdio::null()).output()?;
    if !set.status.success() {
        return Err(Error::other(String::from_utf8_lossy(&set.stderr).trim().to_owned()));
    }
    rustix::fs::fcntl_setfl(&port, rustix::fs::OFlags::empty())?;
    Ok(Box::new(port))
}

fn network(address: &str) -> Result<Box<dyn ReadWrite>> {
    let found = address.to_socket_addrs()?.next();
    let found = found.ok_or_else(|| Error::new(ErrorKind::NotFound, "the name has no address"))?;
    let socket = TcpStream::connect_timeout(&found, CONNECT_MAX)?;
    socket.set_read_timeout(Some(READ_WAIT))?;
    socket.set_write_timeout(Some(CONNECT_MAX))?;
    Ok(Box::new(Socket(socket)))
}
