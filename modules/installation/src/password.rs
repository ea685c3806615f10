//! Passwords: the rules, and hashing with Argon2id.

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use kernel::{Random, Refusal};

/// Characters a password has at least.
pub const LENGTH_MIN: usize = 10;
/// Characters a password has at most.
pub const LENGTH_MAX: usize = 256;

/// Hashes and verifies passwords. Slow on purpose, by design a thing for a thread that may block;
/// never called while a command is decided.
pub struct Passwords {
    argon2: Argon2<'static>,
    /// Verified in place of a hash that does not exist, so that unknown users cost the same.
    nobody: String,
}

/// What hashing a password costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
}

impl Cost {
    /// OWASP's first choice for Argon2id: 19 MiB, two passes, one lane.
    pub const RECOMMENDED: Self = Self {
        memory_kib: 19 * 1024,
        passes: 2,
    };
    /// As cheap as the algorithm allows; for tests, never for people's passwords.
    pub const LEAST: Self = Self {
        memory_kib: Params::MIN_M_COST,
        passes: Params::MIN_T_COST,
    };
}

/// A password could not be hashed.
#[derive(Debug, thiserror::Error)]
#[error("the password cannot be hashed: {0}")]
pub struct HashError(String);

impl From<HashError> for Refusal {
    fn from(error: HashError) -> Self {
        Self::failed("password_not_hashed", error.to_string())
    }
}

impl Passwords {
    /// Hashing at this cost.
    ///
    /// # Errors
    /// When the algorithm does not allow the cost.
    pub fn new(cost: Cost, random: &dyn Random) -> Result<Self, HashError> {
        let params = Params::new(cost.memory_kib, cost.passes, 1, None)
            .map_err(|e| HashError(e.to_string()))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut unguessable = [0; 32];
        random.fill(&mut unguessable);
        let nobody = hashed(&argon2, &kernel::hex::encode(&unguessable), random)?;
        Ok(Self { argon2, nobody })
    }

    /// The hash of a password with a salt of its own, as a PHC string.
    ///
    /// # Errors
    /// When memory is short.
    pub fn hash(&self, password: &str, random: &dyn Random) -> Result<String, HashError> {
        hashed(&self.argon2, password, random)
    }

    /// Whether the password belongs to the hash. Without a hash the answer is no, at the same cost.
    #[must_use]
    pub fn verify(&self, hash: Option<&str>, password: &str) -> bool {
        let known = hash.and_then(|hash| PasswordHash::new(hash).ok());
        let nobody = PasswordHash::new(&self.nobody).ok();
        let is_known = known.is_some();
        let Some(against) = known.or(nobody) else {
            return false;
        };
        let is_right = self
            .argon2
            .verify_password(password.as_bytes(), &against)
            .is_ok();
        is_right && is_known
    }
}

fn hashed(argon2: &Argon2<'_>, password: &str, random: &dyn Random) -> Result<String, HashError> {
    let mut salt = [0; 16];
    random.fill(&mut salt);
    let salt = SaltString::encode_b64(&salt).map_err(|e| HashError(e.to_string()))?;
    argon2
        .hash_password(password.as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .map_err(|e| HashError(e.to_string()))
}

/// Nothing, for a password that keeps the rules: 10 to 256 characters and not the login name.
///
/// # Errors
/// `password_too_short`, `password_too_long` or `password_is_user`, naming `field`.
pub fn check(field: &str, password: &str, user: &str) -> Result<(), Refusal> {
    let length = password.chars().count();
    if length < LENGTH_MIN {
        let detail = format!("A password has at least {LENGTH_MIN} characters.");
        return Err(Refusal::invalid(field, "password_too_short", detail));
    }
    if length > LENGTH_MAX {
        let detail = format!("A password has at most {LENGTH_MAX} characters.");
        return Err(Refusal::invalid(field, "password_too_long", detail));
    }
    if password.to_lowercase() == user.trim().to_lowercase() {
        let detail = "A password must not be the login name.";
        return Err(Refusal::invalid(field, "password_is_user", detail));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::random::SeededRandom;

    #[test]
    fn a_password_belongs_to_its_hash_alone() {
        let random = SeededRandom::new(1);
        let passwords = Passwords::new(Cost::LEAST, &random).unwrap();
        let hash = passwords.hash("correct horse", &random).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$"), "{hash}");
        assert!(passwords.verify(Some(&hash), "correct horse"));
        assert!(!passwords.verify(Some(&hash), "correct horsf"));
        assert_ne!(
            hash,
            passwords.hash("correct horse", &random).unwrap(),
            "salted"
        );
    }

    #[test]
    fn nobody_signs_in_without_a_hash() {
        let random = SeededRandom::new(1);
        let passwords = Passwords::new(Cost::LEAST, &random).unwrap();
        assert!(!passwords.verify(None, "correct horse"));
        assert!(!passwords.verify(Some("not a hash"), "correct horse"));
    }

    #[test]
    fn a_hash_made_at_another_cost_still_verifies() {
        let random = SeededRandom::new(1);
        let old = Passwords::new(Cost::LEAST, &random).unwrap();
        let hash = old.hash("correct horse", &random).unwrap();
        let dearer = Cost {
            memory_kib: 64,
            passes: 2,
        };
        let new = Passwords::new(dearer, &random).unwrap();
        assert!(new.verify(Some(&hash), "correct horse"));
    }

    #[test]
    fn the_rules_count_characters() {
        assert_eq!(check("f", "密码密码密码密码密码", "ann"), Ok(()));
        for (password, code) in [
            ("short", "password_too_short"),
            ("密码密码密码密码密", "password_too_short"),
            (&*"x".repeat(257), "password_too_long"),
            ("Ann.Lee@sea", "password_is_user"),
        ] {
            assert_eq!(check("f", password, "ann.lee@SEA").unwrap_err().code, code);
        }
    }

    #[test]
    #[ignore = "a measurement, not a test"]
    #[expect(clippy::disallowed_methods, reason = "measures elapsed time")]
    fn cost_of_signing_in() {
        let random = SeededRandom::new(1);
        let passwords = Passwords::new(Cost::RECOMMENDED, &random).unwrap();
        let hash = passwords.hash("correct horse", &random).unwrap();
        let mut least = [std::time::Duration::MAX; 2];
        for _ in 0..20 {
            // In turn, so that whatever else the machine does falls on both alike.
            for (least, hash) in least.iter_mut().zip([Some(&*hash), None]) {
                let begun = std::time::Instant::now();
                let _ = passwords.verify(hash, "battery staple");
                *least = begun.elapsed().min(*least);
            }
        }
        println!("a known user {:?}, an unknown one {:?}", least[0], least[1]);
    }
}
