//! Resolves the deltas of a product: indices that are tied by offsets become one index, and what
//! remains says which part of a tensor is read and where in the result it is put.
//!
//! Tied indices form a class: the value of each is that of the class plus its own offset, so only a
//! range of each is left. One index, the carrier, runs through that range: the first output index
//! that has no more than it, or else a new one.

use super::contract::{Factor, Index, Product};

/// What was left of a product beside its factors.
pub(crate) struct Resolved {
    /// By how much sums that no tensor takes part in multiply.
    pub multiplicity: f64,
    /// Whether an index, numbered as before, was tied to another one.
    pub tied: Vec<bool>,
}

/// An index of a class and where the class begins in it.
#[derive(Clone, Copy)]
struct Member {
    index: Index,
    start: usize,
}

/// Makes carriers of tied indices. `None`: the deltas contradict each other, the product is zero.
///
/// Deltas that remain are of two kinds, both with the carrier second: of an output index (the
/// result is zero elsewhere), and of an index of tensors (only that part is read).
pub(crate) fn resolve_ties(product: &mut Product, output: &[Index]) -> Option<Resolved> {
    let mut resolved = Resolved {
        multiplicity: 1.0,
        tied: vec![false; product.extents.len()],
    };
    let ties: Vec<(Index, Index, usize)> = deltas(product).collect();
    if ties.is_empty() {
        return Some(resolved);
    }
    product
        .factors
        .retain(|factor| matches!(factor, Factor::Tensor(..)));
    for class in classes(product.extents.len(), &ties)? {
        for (index, _) in &class {
            resolved.tied[*index] = true;
        }
        let (members, length) = common_range(product, &class)?;
        resolved.multiplicity *= carry(product, output, &members, length);
    }
    Some(resolved)
}

/// The deltas of a product: a, b and the offset of a = b + offset.
pub(crate) fn deltas(product: &Product) -> impl Iterator<Item = (Index, Index, usize)> {
    product.factors.iter().filter_map(|factor| match factor {
        Factor::Delta(a, b, offset) => Some((*a, *b, *offset)),
        Factor::Tensor(..) => None,
    })
}

/// Tied indices with their offsets in their class.
fn classes(count: usize, ties: &[(Index, Index, usize)]) -> Option<Vec<Vec<(Index, isize)>>> {
    let mut root: Vec<Index> = (0..count).collect();
    let mut shift = vec![0_isize; count];
    let mut touched = vec![false; count];
    for (a, b, offset) in ties {
        touched[*a] = true;
        touched[*b] = true;
        let apart = shift[*b] + *offset as isize - shift[*a];
        if root[*a] == root[*b] {
            if apart != 0 {
                return None;
            }
            continue;
        }
        let (from, to) = (root[*a], root[*b]);
        for index in 0..count {
            if root[index] == from {
                root[index] = to;
                shift[index] += apart;
            }
        }
    }
    let mut found: Vec<(Index, Vec<(Index, isize)>)> = Vec::new();
    for index in (0..count).filter(|index| touched[*index]) {
        let member = (index, shift[index]);
        match found.iter_mut().find(|(known, _)| *known == root[index]) {
            Some((_, class)) => class.push(member),
            None => found.push((root[index], vec![member])),
        }
    }
    Some(found.into_iter().map(|(_, class)| class).collect())
}

/// The range that all members share: where it begins in each, and its length.
fn common_range(product: &Product, class: &[(Index, isize)]) -> Option<(Vec<Member>, usize)> {
    let lowest = class.iter().map(|(_, shift)| -shift).max()?;
    let ends = class
        .iter()
        .map(|(index, shift)| product.extents[*index] as isize - shift);
    let length = usize::try_from(ends.min()? - lowest).ok()?;
    let members = class.iter().map(|(index, shift)| Member {
        index: *index,
        start: (lowest + shift) as usize,
    });
    (length > 0).then(|| (members.collect(), length))
}

/// Chooses the carrier of a class and writes its deltas. The answer multiplies the product.
fn carry(product: &mut Product, output: &[Index], members: &[Member], length: usize) -> f64 {
    let place = |index: Index| output.iter().position(|known| *known == index);
    let mut members: Vec<Member> = members.to_vec();
    members.sort_by_key(|member| (place(member.index).unwrap_or(usize::MAX), member.index));
    let is_output = |member: &Member| place(member.index).is_some();
    members.retain(|member| is_output(member) || product.carries(member.index));
    if members.is_empty() {
        return length as f64;
    }
    let whole = |member: &&Member| is_output(member) && product.extents[member.index] == length;
    let carrier = members.iter().find(whole).map(|member| member.index);
    let carrier = carrier.unwrap_or_else(|| product.index(length));
    // Parts of equal axes that begin alike are read by one index.
    let mut parts: Vec<(usize, usize, Index)> = Vec::new();
    for Member { index, start } in members {
        if index == carrier {
            continue;
        }
        let extent = product.extents[index];
        let known = parts
            .iter()
            .find(|part| (part.0, part.1) == (start, extent));
        let known = known.map(|(.., part)| *part);
        if extent == length {
            rename(product, index, carrier);
        } else if let Some(part) = known {
            rename(product, index, part);
        } else if product.carries(index) {
            let part = product.index(extent);
            rename(product, index, part);
            product.shifted_delta(part, carrier, start);
            parts.push((start, extent, part));
        }
        if place(index).is_some() {
            product.shifted_delta(index, carrier, start);
        }
    }
    1.0
}

/// Renames an index of tensors.
fn rename(product: &mut Product, from: Index, to: Index) {
    for factor in &mut product.factors {
        if let Factor::Tensor(_, indices) = factor {
            for index in indices.iter_mut().filter(|index| **index == from) {
                *index = to;
            }
        }
    }
}
