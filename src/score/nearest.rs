//! The name that somebody who wrote another one may have meant.

/// At least so like the whole name, 0 to 1.
const LIKE: f64 = 0.6;
/// At least so like one word of it.
const LIKE_A_WORD: f64 = 0.75;

/// The one of `known` that is most like `wanted`, whatever their case and whether words are joined by spaces, `-` or `_`; nothing where none is like it
/// (Damerau, "A technique for computer detection and correction of spelling errors", 1964).
pub fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = plain(wanted);
    if wanted.is_empty() {
        return None;
    }
    let likeness = |name: &str| {
        let name = plain(name);
        let whole = strsim::normalized_damerau_levenshtein(&wanted, &name);
        let words = name.split('_').filter(|word| word.len() > 2);
        let words = words.map(|word| strsim::normalized_damerau_levenshtein(&wanted, word));
        // As like a word as the whole name: the whole is meant.
        let word = words.fold(0.0, f64::max) - (LIKE_A_WORD - LIKE);
        whole.max(word)
    };
    let found = known.into_iter().map(|name| (likeness(name), name));
    // Of equals the first.
    let best = found.reduce(|best, it| if it.0 > best.0 { it } else { best });
    best.filter(|it| it.0 >= LIKE).map(|it| it.1)
}

/// Such as "did you mean `folk_celtic`? "; empty where nothing is like `wanted`.
pub fn did_you_mean<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(wanted, known).map(|name| format!("did you mean `{name}`? ")).unwrap_or_default()
}

fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-'], "_")
}

#[cfg(test)]
mod tests {
    use super::{did_you_mean, nearest};

    #[test]
    fn a_name_that_is_misspelt_is_found_and_another_is_not() {
        let styles = ["folk_celtic", "folk_hungarian", "chorale", "ragtime", "classical_guitar"];
        let check = |wanted: &str, expected: Option<&str>| {
            assert_eq!(nearest(wanted, styles), expected, "{wanted}");
        };
        check("folk_keltic", Some("folk_celtic"));
        check("Folk Celtic", Some("folk_celtic"));
        check("celtic", Some("folk_celtic"));
        check("choral", Some("chorale"));
        check("rag-time", Some("ragtime"));
        check("guitar", Some("classical_guitar"));
        check("polka", None);
        check("", None);
        check("x", None);
        assert_eq!(did_you_mean("coral", styles), "did you mean `chorale`? ");
        assert_eq!(did_you_mean("techno", styles), "");
    }
}
