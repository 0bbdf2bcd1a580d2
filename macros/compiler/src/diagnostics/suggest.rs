//! A misspelt name and the names there are go in; the one the user probably meant comes out.

/// The name nearest to what was written, if it is near enough to be a slip: letter case aside, at most one
/// insertion, removal, change or swap of neighbours for each three letters.
#[must_use]
pub fn nearest<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(written);
    // Any letter is one change away from any other, so a single one says nothing.
    let allowed = (folded.len() / 3).max(usize::from(folded.len() > 1));
    names
        .into_iter()
        .map(|name| (distance(&folded, &fold(name)), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Names as a sentence lists them: `a`, `b` or `c`.
#[must_use]
pub fn listed<'a>(names: impl IntoIterator<Item = &'a str>, conjunction: &str) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} {conjunction} {last}", most.join(", ")),
    }
}

fn fold(name: &str) -> Vec<char> {
    name.chars()
        .filter(|letter| *letter != '_')
        .flat_map(char::to_lowercase)
        .take(64)
        .collect()
}

/// Edit distance in which a swap of neighbours counts as one edit.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before = vec![0; right.len() + 1];
    let mut previous: Vec<usize> = (0..=right.len()).collect();
    for (i, letter) in left.iter().enumerate() {
        let mut current = vec![i + 1; right.len() + 1];
        for (j, other) in right.iter().enumerate() {
            let change = previous[j] + usize::from(letter != other);
            current[j + 1] = change.min(previous[j + 1] + 1).min(current[j] + 1);
            let swapped = i > 0 && j > 0 && *letter == right[j - 1] && left[i - 1] == *other;
            if swapped {
                current[j + 1] = current[j + 1].min(before[j - 1] + 1);
            }
        }
        before = previous;
        previous = current;
    }
    previous[right.len()]
}

#[cfg(test)]
mod tests {
    use super::{listed, nearest};

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let names = ["tanh", "sigmoid", "hessian", "gradient"];
        assert_eq!(nearest("tahn", names), Some("tanh"));
        assert_eq!(nearest("Sigmod", names), Some("sigmoid"));
        assert_eq!(nearest("hesian", names), Some("hessian"));
        assert_eq!(nearest("grad_ient", names), Some("gradient"));
        assert_eq!(nearest("convolution", names), None);
        assert_eq!(nearest("", names), None);
        assert_eq!(nearest("u", ["x", "U", "v"]), Some("U"));
        assert_eq!(nearest("u", ["x", "v"]), None);
    }

    #[test]
    fn lists_read_as_sentences() {
        assert_eq!(listed(["a"], "or"), "`a`");
        assert_eq!(listed(["a", "b", "c"], "or"), "`a`, `b` or `c`");
    }
}
