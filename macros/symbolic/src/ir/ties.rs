//! Settles the structure of a product: indices that are tied by offsets become one index, and what
//! remains says which part of a tensor is read and where in the result it is put.
//!
//! Tied indices form a class: the value of each is that of the class plus its own offset, so only a
//! range of each is left. One index, the carrier, runs through that range: the first output index
//! that has no more than it, or else a new one.

use super::contract::{Factor, Index, Product};
use super::windows::{simplify_meetings, simplify_windows, windows_of};

/// What was left of a product beside its factors.
pub(crate) struct Resolved {
    /// By how much sums that no tensor takes part in multiply.
    pub multiplicity: f64,
    /// Whether an index, numbered as before, was tied to another one.
    pub tied: Vec<bool>,
}

impl Resolved {
    /// Notes that the sum over an index is taken care of.
    pub fn settle(&mut self, index: Index) {
        if let Some(tied) = self.tied.get_mut(index) {
            *tied = true;
        }
    }
}

/// Why structure has no least form.
pub(crate) enum Unsettled {
    /// It contradicts itself: the product is zero.
    Zero,
    /// Only a part of the axis of a window is wanted, and what that means for the terms cannot be
    /// said by windows.
    Refused,
    /// The same, but the parts are parts of the result: they can be cut out of a larger one.
    Cuts(Vec<Cut>),
    /// The same once these axes of the result, which run through windows, are left for later.
    Postponed(Vec<Index>),
}

/// A part of a window's axis that is an axis of the result.
pub(crate) struct Cut {
    /// All indices that deltas tie to the axis.
    pub class: Vec<Index>,
    /// The axis of the window, and where the part begins on it.
    pub axis: (Index, usize),
    /// The index of the output, and where the part begins on it.
    pub output: (Index, usize),
    /// The extent of the part.
    pub length: usize,
}

/// An index of a class and where the class begins in it.
#[derive(Clone, Copy)]
struct Member {
    index: Index,
    start: usize,
}

/// Brings the structure of a product to its least form.
///
/// Deltas that remain are of two kinds, both with the carrier second: of an output index (the
/// result is zero elsewhere), and of an index of tensors (only that part is read). So are windows, whose
/// terms then run freely.
pub(crate) fn settle(product: &mut Product, output: &[Index]) -> Result<Resolved, Unsettled> {
    let mut resolved = Resolved {
        multiplicity: 1.0,
        tied: vec![false; product.extents.len()],
    };
    simplify_windows(product).ok_or(Unsettled::Zero)?;
    tie_all(product, output, &mut resolved)?;
    let mut tie = simplify_windows(product).ok_or(Unsettled::Zero)?;
    loop {
        if tie {
            // What would be cut out is known by indices that were given.
            tie_all(product, output, &mut resolved).map_err(Unsettled::at_once)?;
        }
        tie = simplify_windows(product).ok_or(Unsettled::Zero)?;
        let before = deltas(product).count();
        if !tie && !simplify_meetings(product, output, &mut resolved)? {
            return Ok(resolved);
        }
        tie |= deltas(product).count() > before;
    }
}

impl Unsettled {
    /// Without a cut.
    fn at_once(self) -> Self {
        match self {
            Unsettled::Cuts(_) | Unsettled::Postponed(_) => Unsettled::Refused,
            other => other,
        }
    }
}

/// Makes carriers of tied indices.
fn tie_all(
    product: &mut Product,
    output: &[Index],
    resolved: &mut Resolved,
) -> Result<(), Unsettled> {
    let ties: Vec<(Index, Index, usize)> = deltas(product).collect();
    product
        .factors
        .retain(|factor| !matches!(factor, Factor::Delta(..)));
    let (mut cuts, mut postponed) = (Vec::new(), Vec::new());
    for class in classes(product.extents.len(), &ties).ok_or(Unsettled::Zero)? {
        for (index, _) in &class {
            resolved.settle(*index);
        }
        let range = common_range(product, &class);
        let (members, length) = range.ok_or(Unsettled::Zero)?;
        match fit_windows(product, output, &members, length) {
            Err(Unsettled::Cuts(cut)) => {
                cuts.extend(cut);
                continue;
            }
            Err(Unsettled::Postponed(axes)) => {
                postponed.extend(axes);
                continue;
            }
            fit => fit?,
        }
        resolved.multiplicity *= carry(product, output, &members, length);
    }
    if !postponed.is_empty() {
        postponed.sort_unstable();
        postponed.dedup();
        Err(Unsettled::Postponed(postponed))
    } else if !cuts.is_empty() {
        Err(Unsettled::Cuts(cuts))
    } else {
        Ok(())
    }
}

/// The deltas of a product: a, b and the offset of a = b + offset.
pub(crate) fn deltas(product: &Product) -> impl Iterator<Item = (Index, Index, usize)> {
    product.factors.iter().filter_map(|factor| match factor {
        Factor::Delta(a, b, offset) => Some((*a, *b, *offset)),
        Factor::Tensor(..) | Factor::Window(_) => None,
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

/// Checks that windows over tied axes stay within the range that is left of them.
fn fit_windows(
    product: &Product,
    output: &[Index],
    members: &[Member],
    length: usize,
) -> Result<(), Unsettled> {
    for axis in members {
        for window in windows_of(&product.factors).filter(|w| w.axis == axis.index) {
            let (first, last) = (window.offset, window.last(&product.extents));
            if last < axis.start || first >= axis.start + length {
                return Err(Unsettled::Zero);
            }
            if first < axis.start || last >= axis.start + length {
                return Err(cut(product, output, members, *axis, length));
            }
        }
    }
    Ok(())
}

/// A part of a window's axis: what can be done if it is an axis of the output and nothing else, or
/// runs along one through a window of its own.
fn cut(
    product: &Product,
    output: &[Index],
    members: &[Member],
    axis: Member,
    length: usize,
) -> Unsettled {
    let is_output = |index: Index| output.contains(&index);
    let windows = |index: Index| {
        let windows = windows_of(&product.factors).filter(move |w| w.mentions(index));
        windows.collect::<Vec<_>>()
    };
    let used = |member: &&Member| {
        member.index != axis.index
            && (is_output(member.index)
                || product.carries(member.index)
                || !windows(member.index).is_empty())
    };
    let mut others = members.iter().filter(used);
    let (Some(other), None) = (others.next(), others.next()) else {
        return Unsettled::Refused;
    };
    let alone = windows(axis.index).len() == 1 && !is_output(axis.index);
    if !alone || product.carries(axis.index) || product.carries(other.index) {
        return Unsettled::Refused;
    }
    match windows(other.index)[..] {
        [] => Unsettled::Cuts(vec![Cut {
            class: members.iter().map(|member| member.index).collect(),
            axis: (axis.index, axis.start),
            output: (other.index, other.start),
            length,
        }]),
        [along] if is_output(along.axis) && windows(along.axis).len() == 1 => {
            let apart = |(term, _): &(Index, usize)| !is_output(*term);
            if !product.carries(along.axis) && along.terms.iter().all(apart) {
                Unsettled::Postponed(vec![along.axis])
            } else {
                Unsettled::Refused
            }
        }
        _ => Unsettled::Refused,
    }
}

/// Chooses the carrier of a class and writes its deltas. The answer multiplies the product.
fn carry(product: &mut Product, output: &[Index], members: &[Member], length: usize) -> f64 {
    let place = |index: Index| output.iter().position(|known| *known == index);
    let mut members: Vec<Member> = members.to_vec();
    members.sort_by_key(|member| (place(member.index).unwrap_or(usize::MAX), member.index));
    let is_output = |member: &Member| place(member.index).is_some();
    members.retain(|member| {
        let in_window = windows_of(&product.factors).any(|window| window.mentions(member.index));
        is_output(member) || in_window || product.carries(member.index)
    });
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
        shift_in_windows(product, index, carrier, start);
        let extent = product.extents[index];
        let known = parts
            .iter()
            .find(|part| (part.0, part.1) == (start, extent));
        let known = known.map(|(.., part)| *part);
        if extent == length {
            product.rename_in_tensors(index, carrier);
        } else if let Some(part) = known {
            product.rename_in_tensors(index, part);
        } else if product.carries(index) {
            let part = product.index(extent);
            product.rename_in_tensors(index, part);
            product.shifted_delta(part, carrier, start);
            parts.push((start, extent, part));
        }
        if place(index).is_some() {
            product.shifted_delta(index, carrier, start);
        }
    }
    1.0
}

/// Writes windows of an index as windows of another one, which it is `start` ahead of.
fn shift_in_windows(product: &mut Product, from: Index, to: Index, start: usize) {
    for factor in &mut product.factors {
        let Factor::Window(window) = factor else {
            continue;
        };
        if window.axis == from {
            window.axis = to;
            window.offset -= start;
        }
        for (index, multiplier) in &mut window.terms {
            if *index == from {
                *index = to;
                window.offset += *multiplier * start;
            }
        }
    }
}
