//! The tokens of a definition go in, the same with few of them changed come out.

use super::generate::REQUESTS;
use super::random::Random;
use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

/// Changes few tokens of a definition, or none.
pub fn mutate(
    attribute: TokenStream,
    item: TokenStream,
    random: &mut Random,
) -> (TokenStream, TokenStream) {
    let mut streams = [attribute, item];
    let mutations = [0, 1, 1, 2, 2, 4][random.below(6)];
    for _ in 0..mutations {
        let which = random.below(2);
        let mut tokens = Vec::new();
        flatten(&streams[0], &mut tokens);
        flatten(&streams[1], &mut tokens);
        let position = random.below(count(&streams[which]));
        streams[which] = mutate_at(streams[which].clone(), &mut { position }, &tokens, random);
    }
    let [attribute, item] = streams;
    (attribute, item)
}

/// The stream with the token of that position changed, counted in the order of the text.
fn mutate_at(
    stream: TokenStream,
    position: &mut usize,
    others: &[TokenTree],
    random: &mut Random,
) -> TokenStream {
    let mut mutated = Vec::new();
    for token in stream {
        let is_chosen = *position == 0;
        *position = position.wrapping_sub(1);
        if is_chosen {
            match random.below(9) {
                0 => {}
                1 => mutated.extend([token.clone(), token]),
                2 => mutated.extend([generate_token(random), token]),
                3 if !others.is_empty() => mutated.push(others[random.below(others.len())].clone()),
                4 => mutated.push(misspell(&token, random)),
                5..8 => mutated.push(replace(&token, others, random)),
                _ => mutated.push(generate_token(random)),
            }
            continue;
        }
        match token {
            TokenTree::Group(group) if *position < count(&group.stream()) => {
                let inner = mutate_at(group.stream(), position, others, random);
                mutated.push(Group::new(group.delimiter(), inner).into());
                *position = usize::MAX / 2;
            }
            TokenTree::Group(group) => {
                *position = position.wrapping_sub(count(&group.stream()));
                mutated.push(group.into());
            }
            token => mutated.push(token),
        }
    }
    mutated.into_iter().collect()
}

fn generate_token(random: &mut Random) -> TokenTree {
    let names = [
        "Dense",
        "input",
        "derive",
        "x",
        "order",
        "recursion",
        "struct",
        "enum",
        "_",
        "self",
        "bias",
        "layer",
        "value",
        "for",
        "ß",
        "hidden_mut",
        "define",
        "loss",
        "given",
        "frozen",
        "d",
        "let",
        "mse",
        "mut",
        "INPUTS",
        "forward",
        "in",
        "u",
        "concat",
    ];
    match random.below(8) {
        0 => Ident::new(random.pick(&names), Span::call_site()).into(),
        1 => Ident::new(random.pick(&REQUESTS), Span::call_site()).into(),
        2 => Punct::new(
            [',', ':', '=', '<', '>', '|', '*', '-', '#', '!', ';', '.'][random.below(12)],
            Spacing::Alone,
        )
        .into(),
        3 => Literal::usize_unsuffixed([0, 1, 7, usize::MAX][random.below(4)]).into(),
        4 => Literal::f64_unsuffixed([0.0, 2.5, 1e300, 5e-324][random.below(4)]).into(),
        5 => Literal::i32_unsuffixed(-3).into(),
        6 => Literal::string("text").into(),
        _ => {
            let delimiters = [
                Delimiter::Parenthesis,
                Delimiter::Brace,
                Delimiter::Bracket,
                Delimiter::None,
            ];
            Group::new(delimiters[random.below(4)], TokenStream::new()).into()
        }
    }
}

/// A name with two letters swapped or one left out; another token as it is, in brackets.
fn misspell(token: &TokenTree, random: &mut Random) -> TokenTree {
    if let TokenTree::Ident(name) = token {
        let mut letters: Vec<char> = name
            .to_string()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        if letters.len() > 2 {
            let position = 1 + random.below(letters.len() - 2);
            letters.swap(position, position + 1);
            if random.once_in(2) {
                letters.pop();
            }
            let name: String = letters.into_iter().collect();
            if let Ok(name) = syn::parse_str::<Ident>(&name) {
                return name.into();
            }
        }
    }
    Group::new(Delimiter::Parenthesis, token.clone().into()).into()
}

/// A token of the same kind.
fn replace(token: &TokenTree, others: &[TokenTree], random: &mut Random) -> TokenTree {
    if let TokenTree::Literal(_) = token {
        return Literal::usize_unsuffixed(random.below(5)).into();
    }
    let alike: Vec<&TokenTree> = others
        .iter()
        .filter(|other| std::mem::discriminant(*other) == std::mem::discriminant(token))
        .collect();
    alike
        .get(random.below(alike.len()))
        .map_or_else(|| token.clone(), |other| (*other).clone())
}

fn flatten(stream: &TokenStream, tokens: &mut Vec<TokenTree>) {
    for token in stream.clone() {
        if let TokenTree::Group(group) = &token {
            flatten(&group.stream(), tokens);
        }
        tokens.push(token);
    }
}

fn count(stream: &TokenStream) -> usize {
    let of = |token: TokenTree| match token {
        TokenTree::Group(group) => 1 + count(&group.stream()),
        _ => 1,
    };
    stream.clone().into_iter().map(of).sum()
}
