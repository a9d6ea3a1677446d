//! Chance: random numbers of the operating system.

/// 32 random bytes. Where the system has none to give, the box cannot make keys, and the caller's answer is refused.
pub fn bytes() -> Result<[u8; 32], getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// A random number for names and waits, where a poor one does no harm.
pub fn number() -> u64 {
    getrandom::u64().unwrap_or(0x9e37_79b9_7f4a_7c15)
}
