//! Passwords: which are good enough, and their argon2id hashes, made away from the threads that serve pages.

use argon2::password_hash::SaltString;
use argon2::{Argon2, PasswordHash, PasswordHasher as _, PasswordVerifier as _};

use super::desk::Desk;
use super::fault::Fault;

/// The shortest password, in characters.
pub(super) const PASSWORD_CHARS_MIN: usize = 12;
/// The longest one: hashing must not take more than its share.
const PASSWORD_CHARS_MAX: usize = 256;
/// Fewer different characters than this are a pattern.
const DIFFERENT_CHARS_MIN: usize = 5;
/// What must be left of a password when everything that is guessed first is taken out of it, in characters.
const LEFT_CHARS_MIN: usize = 5;
/// Digits count for so many letters at most: birthdays and runs are guessed first.
const DIGITS_WORTH_MAX: usize = 3;
/// A hash of nothing anybody types: verifying against it takes as long for a name that does not exist as for one that does.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$YW50ZXJvb20tbm9ib2R5$2M4oL1YQxmFbQOzRZl3JYFqVLS3gqvlRZ8XcHQBbm9g";

/// What people choose first, in lower case: words of the well-known lists of leaked passwords, and of this house.
const COMMON: &[&str] = &[
    "password",
    "passwort",
    "passw0rd",
    "letmein",
    "welcome",
    "iloveyou",
    "administrator",
    "admin",
    "superuser",
    "root",
    "master",
    "monkey",
    "dragon",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "shadow",
    "trustno",
    "changeme",
    "secret",
    "default",
    "guest",
    "login",
    "qwertyuiop",
    "qwerty",
    "asdfghjkl",
    "asdfgh",
    "zxcvbnm",
    "zxcvbn",
    "qazwsx",
    "qazxsw",
    "wsxedc",
    "edcrfv",
    "rfvtgb",
    "abcdefgh",
    "abcdef",
    "abcd",
    "abc",
    "1q2w3e4r5t",
    "1q2w3e4r",
    "1q2w3e",
    "q1w2e3r4",
    "zaq12wsx",
    "1qaz2wsx",
    "woaini",
    "mima",
    "nihao",
    "zhongguo",
    "china",
    "beijing",
    "shanghai",
    "yiyuan",
    "hospital",
    "yisheng",
    "doctor",
    "nurse",
    "anteroom",
    "console",
    "screen",
    "computer",
    "internet",
    "whatever",
    "freedom",
    "starwars",
    "pokemon",
    "michael",
    "jordan",
    "summer",
    "winter",
    "spring",
    "autumn",
    "hello",
    "test",
    "user",
    "pass",
];

/// Why a password is not taken; the name of the saying that tells it.
pub(super) fn weakness(password: &str, name: &str) -> Option<&'static str> {
    let chars = password.chars().count();
    if chars < PASSWORD_CHARS_MIN {
        return Some("bad-password-short");
    }
    if chars > PASSWORD_CHARS_MAX {
        return Some("bad-password-long");
    }
    is_common(password, name).then_some("bad-password-common")
}

fn is_common(password: &str, name: &str) -> bool {
    let mut left = password.to_lowercase();
    let different: std::collections::BTreeSet<char> = left.chars().collect();
    if different.len() < DIFFERENT_CHARS_MIN {
        return true;
    }
    let name = name.to_lowercase();
    if name.chars().count() >= 3 {
        left = left.replace(&name, "");
    }
    let plain: String = left.chars().map(unmask).collect();
    let mut left = if COMMON.iter().any(|word| plain.contains(word)) { plain } else { left };
    for word in COMMON {
        left = left.replace(word, "");
    }
    // Runs such as 1234 or 9876 and digits in general add little; so do marks.
    let letters = left.chars().filter(|c| c.is_alphabetic()).count();
    let digits = left.chars().filter(char::is_ascii_digit).collect::<std::collections::BTreeSet<_>>().len();
    letters + (digits / 2).min(DIGITS_WORTH_MAX) < LEFT_CHARS_MIN
}

fn unmask(c: char) -> char {
    match c {
        '@' => 'a',
        '0' => 'o',
        '3' => 'e',
        '$' => 's',
        '!' => 'i',
        other => other,
    }
}

/// Hashes a password.
pub(super) async fn hash(desk: &Desk, password: String) -> Result<String, Fault> {
    let _turn = desk.hashing.acquire().await.map_err(Fault::internal)?;
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(Fault::internal)?;
    let hashed = tokio::task::spawn_blocking(move || {
        let salt = SaltString::encode_b64(&salt)?;
        Argon2::default().hash_password(password.as_bytes(), &salt).map(|hash| hash.to_string())
    });
    hashed.await.map_err(Fault::internal)?.map_err(Fault::internal)
}

/// Compares a password with a hash; without a hash it takes as long and is false.
pub(super) async fn is_right(desk: &Desk, password: String, hash: Option<String>) -> Result<bool, Fault> {
    let _turn = desk.hashing.acquire().await.map_err(Fault::internal)?;
    let compared = tokio::task::spawn_blocking(move || {
        let exists = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let Ok(parsed) = PasswordHash::new(&hash) else { return false };
        Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && exists
    });
    compared.await.map_err(Fault::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_passwords_are_refused_and_good_ones_are_not() {
        let common = [
            "password1234",
            "P@ssw0rd!2026",
            "123456789012",
            "aaaaaaaaaaaa",
            "qwertyuiop123",
            "admin-admin-1",
            "1qaz2wsx3edc",
            "chenli-chenli1",
            "Hospital2026!!",
        ];
        for password in common {
            assert_eq!(weakness(password, "chenli"), Some("bad-password-common"), "{password}");
        }
        for password in ["蓝天 白云 走廊 7 号灯亮着", "correct horse battery", "Tq7-vv-lamp-Kiosk"] {
            assert_eq!(weakness(password, "chenli"), None, "{password}");
        }
        assert_eq!(weakness("short", "x"), Some("bad-password-short"));
    }

    #[test]
    fn the_hash_for_names_that_do_not_exist_costs_what_a_real_one_costs() {
        let nobody = PasswordHash::new(NOBODY).expect("well formed");
        let real = Argon2::default()
            .hash_password(b"x", &SaltString::encode_b64(&[1; 16]).expect("salt"))
            .expect("hashed")
            .to_string();
        let real = PasswordHash::new(&real).expect("well formed");
        assert_eq!(nobody.params.to_string(), real.params.to_string());
        assert_eq!(nobody.hash.map(|h| h.len()), real.hash.map(|h| h.len()));
    }
}
