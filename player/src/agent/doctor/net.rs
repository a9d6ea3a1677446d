//! From the name to the handshake: DNS, route, UDP, TCP, and who answers.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anteroom_content::text::Text;
use tokio::net::{TcpStream, UdpSocket};

use super::report::Finding;
use crate::agent::chance;
use crate::agent::limits::{ADDRESSES_MAX, CONNECT_TIMEOUT, DOCTOR_ANSWER_MAX, DOCTOR_TRIES};
use crate::agent::link::{Pass, Unreached, over_tcp, over_udp};

/// Bytes of the packet that asks a QUIC server which versions it speaks; shorter ones are not answered.
const QUESTION_BYTES: usize = 1_200;

/// Looks at the way to a server, and at who answers.
pub(super) async fn examine(
    server: &str,
    (pass, is_paired): (Result<Pass, String>, bool),
    findings: &mut Vec<Finding>,
) {
    let port = server.rsplit_once(':').map_or("", |(_, port)| port);
    let addresses = match resolve(server).await {
        Ok(addresses) => addresses,
        Err(why) => {
            findings.push(Finding::bad(
                "dns",
                Text::new(
                    &format!("找不到服务器地址 {server}：{why}"),
                    &format!("no address is known for {server}: {why}"),
                ),
                Text::new(
                    "请检查服务器名称的拼写和本机的 DNS 设置，或改用 IP 地址。",
                    "Check how the server's name is spelt and this machine's DNS, or use an IP address.",
                ),
            ));
            for check in ["route", "udp", "tcp", "server"] {
                findings.push(Finding::unknown(check, Text::new("没有地址可查", "there is no address to look at")));
            }
            return;
        }
    };
    let list = addresses.iter().map(|address| address.ip().to_string()).collect::<Vec<_>>().join(", ");
    findings.push(Finding::well("dns", Text::new(&format!("{server} 是 {list}"), &format!("{server} is {list}"))));
    findings.push(route(&addresses).await);
    let (udp, tcp) = (first(&addresses, answers_udp).await, first(&addresses, answers_tcp).await);
    findings.push(told_of_udp(port, udp.is_ok(), tcp.is_ok()));
    findings.push(told_of_tcp(port, udp.is_ok(), &tcp));
    findings.push(match pass {
        Ok(pass) => who_answers(server, (&pass, is_paired), udp.is_ok(), tcp.is_ok()).await,
        Err(why) => Finding::unknown(
            "server",
            Text::new(&format!("本机证书不能使用：{why}"), &format!("the box's certificate cannot be used: {why}")),
        ),
    });
}

async fn resolve(server: &str) -> Result<Vec<SocketAddr>, String> {
    let found = tokio::time::timeout(CONNECT_TIMEOUT, tokio::net::lookup_host(server)).await;
    let found = found.map_err(|_| "timed out".to_owned())?.map_err(|error| error.to_string())?;
    let found: Vec<_> = found.take(ADDRESSES_MAX).collect();
    if found.is_empty() { Err("no address".to_owned()) } else { Ok(found) }
}

/// Ok with the first address that answers, or why the last did not.
async fn first<F: Future<Output = Result<(), String>>>(
    addresses: &[SocketAddr],
    ask: impl Fn(SocketAddr) -> F,
) -> Result<SocketAddr, String> {
    let mut last = "no address".to_owned();
    for address in addresses {
        match ask(*address).await {
            Ok(()) => return Ok(*address),
            Err(why) => last = why,
        }
    }
    Err(last)
}

fn any_like(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    }
}

/// Which of this machine's addresses would be used; nothing is sent.
async fn route(addresses: &[SocketAddr]) -> Finding {
    let mut why = String::new();
    for address in addresses {
        let asked = async {
            let socket = UdpSocket::bind(any_like(*address)).await?;
            socket.connect(address).await?;
            socket.local_addr()
        };
        match asked.await {
            Ok(local) => {
                return Finding::well(
                    "route",
                    Text::new(
                        &format!("本机以 {} 到达 {}", local.ip(), address.ip()),
                        &format!("from {} to {}", local.ip(), address.ip()),
                    ),
                );
            }
            Err(error) => why = error.to_string(),
        }
    }
    Finding::bad(
        "route",
        Text::new(&format!("本机没有到服务器的路由：{why}"), &format!("no route leads to the server: {why}")),
        Text::new("请检查网线、Wi-Fi、IP 地址和网关。", "Check the cable, the Wi-Fi, the IP address and the gateway."),
    )
}

/// Asks which versions of QUIC are spoken, in one nobody speaks: every server answers that, and keeps nothing of it.
async fn answers_udp(address: SocketAddr) -> Result<(), String> {
    let asked = async {
        let socket = UdpSocket::bind(any_like(address)).await?;
        socket.connect(address).await?;
        for _ in 0..DOCTOR_TRIES {
            let name = chance::number().to_be_bytes();
            socket.send(&question(name)).await?;
            let mut answer = [0; 1_500];
            if let Ok(heard) = tokio::time::timeout(DOCTOR_ANSWER_MAX, socket.recv(&mut answer)).await
                && is_answer(answer.get(..heard?).unwrap_or_default(), name)
            {
                return Ok(true);
            }
        }
        std::io::Result::Ok(false)
    };
    match asked.await {
        Ok(true) => Ok(()),
        Ok(false) => Err("no answer".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// A long header, a version that is reserved for questions, a name for each side, and nothing.
fn question(name: [u8; 8]) -> Vec<u8> {
    let mut packet = vec![0xc0, 0x1a, 0x2a, 0x3a, 0x4a, 8];
    packet.extend(name);
    packet.push(8);
    packet.extend(name);
    packet.resize(QUESTION_BYTES, 0);
    packet
}

/// Version 0 is the answer to such a question; it is sent to the name that asked.
fn is_answer(packet: &[u8], name: [u8; 8]) -> bool {
    let is_long = packet.first().is_some_and(|first| first & 0x80 != 0);
    is_long && packet.get(1..6) == Some(&[0, 0, 0, 0, 8]) && packet.get(6..14) == Some(&name)
}

async fn answers_tcp(address: SocketAddr) -> Result<(), String> {
    match tokio::time::timeout(DOCTOR_ANSWER_MAX * DOCTOR_TRIES, TcpStream::connect(address)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("no answer".to_owned()),
    }
}

fn told_of_udp(port: &str, udp: bool, tcp: bool) -> Finding {
    if udp {
        return Finding::well("udp", Text::new(&format!("UDP 端口 {port} 畅通"), &format!("UDP port {port} answers")));
    }
    let found = Text::new(&format!("UDP 端口 {port} 没有应答"), &format!("UDP port {port} does not answer"));
    if tcp {
        return Finding::poor(
            "udp",
            found,
            Text::new(
                &format!(
                    "防火墙拦截了 UDP {port}；播放器会改用 TCP，可以工作。请网络管理员放行从本机到服务器的 UDP {port}。"
                ),
                &format!(
                    "A firewall blocks UDP {port}; the player uses TCP instead and works. Have UDP {port} from this box to the server let through."
                ),
            ),
        );
    }
    Finding::bad(
        "udp",
        found,
        Text::new(
            &format!("请确认服务器程序在运行、地址和端口正确，并请网络管理员放行 UDP {port}。"),
            &format!("See that the server runs and that address and port are right, and have UDP {port} let through."),
        ),
    )
}

fn told_of_tcp(port: &str, udp: bool, tcp: &Result<SocketAddr, String>) -> Finding {
    let Err(why) = tcp else {
        return Finding::well("tcp", Text::new(&format!("TCP 端口 {port} 畅通"), &format!("TCP port {port} answers")));
    };
    let found =
        Text::new(&format!("TCP 端口 {port} 连不上：{why}"), &format!("TCP port {port} cannot be reached: {why}"));
    if udp {
        return Finding::poor(
            "tcp",
            found,
            Text::new(
                &format!("只在 UDP 被拦截时才需要；建议也放行 TCP {port}，以备不时之需。"),
                &format!("Needed only where UDP is blocked; better let TCP {port} through as well."),
            ),
        );
    }
    Finding::bad(
        "tcp",
        found,
        Text::new(
            &format!("UDP 和 TCP 至少要通一个：请网络管理员放行 UDP {port}（首选）或 TCP {port}。"),
            &format!("One of UDP and TCP is needed: have UDP {port} (better) or TCP {port} let through."),
        ),
    )
}

/// One handshake, the way that is open.
async fn who_answers(server: &str, (pass, is_paired): (&Pass, bool), udp: bool, tcp: bool) -> Finding {
    let answered = match (udp, tcp) {
        (true, _) => over_udp(server, pass).await,
        (false, true) => over_tcp(server, pass).await,
        (false, false) => {
            return Finding::unknown("server", Text::new("没有通路，未能查询", "no way is open, so nobody was asked"));
        }
    };
    match answered {
        Ok(line) => {
            line.end(b"only looking", Duration::from_millis(300)).await;
            let found = if is_paired {
                Text::new("应答的正是本机配对的服务器", "the server this box was paired with answers")
            } else {
                Text::new(
                    "应答的是一台 Anteroom 服务器；是不是要找的那台，由配对码证明",
                    "an Anteroom server answers; that it is the right one is what the pairing code proves",
                )
            };
            Finding::well("server", found)
        }
        Err(error @ (Unreached::Stranger { .. } | Unreached::OtherVersion(_))) => {
            Finding::bad("server", Text::new(&format!("应答者不对：{error}"), &error.to_string()), error.words())
        }
        Err(error) => {
            Finding::bad("server", Text::new(&format!("握手失败：{error}"), &error.to_string()), error.words())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::report::Verdict;
    use super::*;

    #[test]
    fn the_answer_to_a_question_is_known_from_everything_else() {
        let name = [7; 8];
        let packet = question(name);
        assert_eq!(packet.len(), QUESTION_BYTES);
        assert!(!is_answer(&packet, name), "an echo is no answer");
        let answer = [&[0x80, 0, 0, 0, 0, 8][..], &name, &[8], &name, &[0, 0, 0, 1]].concat();
        assert!(is_answer(&answer, name));
        assert!(!is_answer(&answer, [8; 8]), "of another question");
        assert!((0..14).all(|end| !is_answer(&answer[..end], name)));
    }

    #[test]
    fn what_is_blocked_is_said_with_its_port() {
        let closed = || Err("no answer".to_owned());
        let open = || Ok("10.0.0.5:4433".parse().unwrap());
        assert_eq!(told_of_udp("4433", false, true).verdict, Verdict::Poor);
        assert_eq!(told_of_udp("4433", false, false).verdict, Verdict::Bad);
        assert!(told_of_udp("4433", false, true).what_to_do.unwrap().zh.contains("UDP 4433"));
        assert_eq!(told_of_tcp("4433", true, &closed()).verdict, Verdict::Poor);
        assert_eq!(told_of_tcp("4433", false, &closed()).verdict, Verdict::Bad);
        assert_eq!(told_of_tcp("4433", false, &open()).verdict, Verdict::Well);
    }

    #[tokio::test]
    async fn a_server_answers_and_a_hole_does_not() {
        let server = crate::agent::link::fake::FakeServer::start();
        assert_eq!(answers_udp(server.address).await, Ok(()));
        let hole = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        assert!(answers_udp(hole.local_addr().unwrap()).await.is_err());
    }
}
