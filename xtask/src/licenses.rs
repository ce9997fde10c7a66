//! Every package that is built in has a license that `deny.toml` allows. `cargo deny` reads the same file, where it is at hand.

use anyhow::{Context as _, Result, ensure};

use crate::shell::{metadata, root, say};

/// Fail with a list of packages whose license is not allowed.
pub fn check() -> Result<()> {
    let path = root().join("deny.toml");
    let text =
        std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    let allowed = allowed(&text);
    ensure!(!allowed.is_empty(), "{} allows no license", path.display());
    let metadata = metadata(&["--locked"])?;
    let packages = metadata["packages"].as_array().context("cargo lists no packages")?;
    let mut refused = Vec::new();
    for package in packages {
        let license = package["license"].as_str().unwrap_or("");
        if !permits(license, &allowed) {
            let name = package["name"].as_str().unwrap_or("a package without a name");
            refused.push(format!("{name} ({license})"));
        }
    }
    ensure!(refused.is_empty(), "licenses that deny.toml does not allow: {}", refused.join(", "));
    say(&format!("{} packages, all under allowed licenses", packages.len()));
    Ok(())
}

/// The quoted words of the list `allow` in the section `[licenses]`.
fn allowed(text: &str) -> Vec<&str> {
    let Some((_, section)) = text.split_once("[licenses]") else { return Vec::new() };
    let Some((_, list)) = section.split_once("allow = [") else { return Vec::new() };
    let list = list.split(']').next().unwrap_or("");
    list.split('"').skip(1).step_by(2).collect()
}

/// Whether a license expression can be met with the allowed licenses alone (SPDX Specification 2.3, annex D).
fn permits(expression: &str, allowed: &[&str]) -> bool {
    // Older packages write a slash for "or".
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut place = 0;
    let permitted = any(&words, &mut place, allowed);
    permitted && place == words.len()
}

/// `a OR b`: one of them suffices.
fn any(words: &[&str], place: &mut usize, allowed: &[&str]) -> bool {
    let mut permitted = all(words, place, allowed);
    while words.get(*place) == Some(&"OR") {
        *place += 1;
        permitted |= all(words, place, allowed);
    }
    permitted
}

/// `a AND b`: both must be allowed.
fn all(words: &[&str], place: &mut usize, allowed: &[&str]) -> bool {
    let mut permitted = one(words, place, allowed);
    while words.get(*place) == Some(&"AND") {
        *place += 1;
        permitted &= one(words, place, allowed);
    }
    permitted
}

/// A license, one with an exception, or an expression in brackets.
fn one(words: &[&str], place: &mut usize, allowed: &[&str]) -> bool {
    let Some(word) = words.get(*place) else { return false };
    *place += 1;
    if *word == "(" {
        let permitted = any(words, place, allowed);
        *place += 1;
        return permitted;
    }
    if words.get(*place) == Some(&"WITH") {
        let exception = words.get(*place + 1).copied().unwrap_or_default();
        *place += 2;
        let whole = format!("{word} WITH {exception}");
        return allowed.contains(word) || allowed.contains(&whole.as_str());
    }
    allowed.contains(word)
}

#[cfg(test)]
mod tests {
    use super::{allowed, permits};

    #[test]
    fn expressions_are_met_or_not() {
        let list = allowed("[licenses]\nallow = [\n  \"MIT\", # most\n  \"Zlib\",\n]\n");
        assert_eq!(list, ["MIT", "Zlib"]);
        for (expression, permitted) in [
            ("MIT", true),
            ("GPL-3.0", false),
            ("", false),
            ("MIT OR GPL-3.0", true),
            ("MIT/Apache-2.0", true),
            ("MIT AND GPL-3.0", false),
            ("(GPL-3.0 OR MIT) AND Zlib", true),
            ("Apache-2.0 WITH LLVM-exception OR Zlib", true),
            ("Apache-2.0 WITH LLVM-exception", false),
        ] {
            assert_eq!(permits(expression, &list), permitted, "{expression}");
        }
    }
}
