//! Windows: an axis that runs through sums of multiples of other indices, so that convolution,
//! pooling, flattening and strided parts are structure.

use super::contract::{Factor, Index, Product, Window};
use super::ties::{Resolved, Unsettled, deltas};

impl Window {
    /// The largest value that the sum takes.
    pub fn last(&self, extents: &[usize]) -> usize {
        let reach = |(index, multiplier): &(Index, usize)| (extents[*index] - 1) * multiplier;
        self.offset + self.terms.iter().map(reach).sum::<usize>()
    }

    /// Whether the index is the axis or one of the terms.
    pub fn mentions(&self, index: Index) -> bool {
        self.axis == index || self.has_term(index)
    }

    /// Whether the index is one of the terms.
    pub fn has_term(&self, index: Index) -> bool {
        self.terms.iter().any(|(term, _)| *term == index)
    }

    /// The same sum of indices with other names.
    pub fn renamed(&self, name: &dyn Fn(Index) -> Index) -> Window {
        Window {
            axis: name(self.axis),
            terms: self.terms.iter().map(|(i, m)| (name(*i), *m)).collect(),
            offset: self.offset,
        }
    }

    /// Whether both are one but for the names of indices.
    pub fn resembles(&self, other: &Window) -> bool {
        let multipliers = |window: &Window| -> Vec<usize> {
            window
                .terms
                .iter()
                .map(|(_, multiplier)| *multiplier)
                .collect()
        };
        self.offset == other.offset && multipliers(self) == multipliers(other)
    }

    /// The axis, then the terms.
    pub fn indices(&self) -> Vec<Index> {
        let terms = self.terms.iter().map(|(index, _)| *index);
        std::iter::once(self.axis).chain(terms).collect()
    }

    /// Whether the values of some of its indices can be told from the sum, the others given.
    pub fn distinguishes(&self, extents: &[usize], asked: &dyn Fn(Index) -> bool) -> bool {
        let terms = self.terms.iter().filter(|(index, _)| asked(*index));
        let radices: Vec<(usize, usize)> = terms.map(|(i, m)| (*m, extents[*i])).collect();
        is_mixed_radix(radices)
    }

    /// Adds up terms of one index, drops indices of one value, and sorts.
    fn simplify(&mut self, extents: &[usize]) {
        let mut terms: Vec<(Index, usize)> = Vec::new();
        for (index, multiplier) in &self.terms {
            match terms.iter_mut().find(|(known, _)| known == index) {
                Some((_, known)) => *known += multiplier,
                None if extents[*index] > 1 => terms.push((*index, *multiplier)),
                None => {}
            }
        }
        self.terms = terms;
        self.sort();
    }

    /// Puts the terms in order, the largest multiplier first.
    pub(super) fn sort(&mut self) {
        self.terms
            .sort_by_key(|(index, multiplier)| (std::cmp::Reverse(*multiplier), *index));
    }

    /// The values of the terms that sum up to a place, if it can be told from them.
    fn digits(&self, place: usize, extents: &[usize]) -> Option<Vec<usize>> {
        let mut rest = place.checked_sub(self.offset)?;
        let digits = self.terms.iter().map(|(index, multiplier)| {
            let digit = (rest / multiplier).min(extents[*index] - 1);
            rest -= digit * multiplier;
            digit
        });
        let digits = digits.collect();
        (rest == 0).then_some(digits)
    }

    /// Replaces a term by multiples of the terms that it runs through.
    fn substitute(&mut self, inner: &Window) {
        let position = self.terms.iter().position(|(i, _)| *i == inner.axis);
        if let Some(position) = position {
            let (_, multiplier) = self.terms.remove(position);
            self.offset += multiplier * inner.offset;
            let terms = inner.terms.iter().map(|(i, m)| (*i, m * multiplier));
            self.terms.extend(terms);
        }
    }
}

/// Whether sums of (multiplier, extent) are all different.
fn is_mixed_radix(mut radices: Vec<(usize, usize)>) -> bool {
    radices.sort_unstable();
    let mut reach = 0;
    radices.iter().all(|(multiplier, extent)| {
        let apart = *multiplier > reach;
        reach += multiplier * (extent - 1);
        apart
    })
}

/// Whether the values of all terms can be told from those of the known indices, through windows whose
/// axes are known: no two entries are put at one place.
pub(crate) fn is_determined(
    extents: &[usize],
    factors: &[Factor],
    is_known: &dyn Fn(Index) -> bool,
) -> bool {
    let mut known: Vec<bool> = (0..extents.len()).map(is_known).collect();
    for factor in factors {
        if let Factor::Delta(a, b, _) = factor
            && known[*a]
        {
            known[*b] = true;
        }
    }
    let mut open: Vec<&Window> = windows_of(factors).filter(|w| known[w.axis]).collect();
    loop {
        let before = open.len();
        open.retain(|window| {
            let told = window.distinguishes(extents, &|index| !known[index]);
            if told {
                for (index, _) in &window.terms {
                    known[*index] = true;
                }
            }
            !told
        });
        let unknown = |window: &&Window| window.terms.iter().any(|(index, _)| !known[*index]);
        if !open.iter().any(unknown) {
            return true;
        }
        if open.len() == before {
            return false;
        }
    }
}

/// The windows among factors.
pub(crate) fn windows_of(factors: &[Factor]) -> impl Iterator<Item = &Window> {
    factors.iter().filter_map(|factor| match factor {
        Factor::Window(window) => Some(window),
        Factor::Tensor(..) | Factor::Delta(..) => None,
    })
}

/// Turns windows of one plain term, or of none, and those of which one entry is wanted, into deltas. Whether
/// there were any. `None`: that entry is not there, the product is zero.
pub(super) fn simplify_windows(product: &mut Product) -> Option<bool> {
    let mut found = false;
    for position in 0..product.factors.len() {
        let Factor::Window(mut window) = product.factors[position].clone() else {
            continue;
        };
        window.simplify(&product.extents);
        if let Some(place) = fixed_place(product, window.axis)
            && window.distinguishes(&product.extents, &|_| true)
        {
            product.factors.remove(position);
            let digits = window.digits(place, &product.extents)?;
            for ((term, _), digit) in window.terms.iter().zip(digits) {
                let unit = product.index(1);
                product.shifted_delta(*term, unit, digit);
            }
            return simplify_windows(product).map(|_| true);
        }
        product.factors[position] = match window.terms[..] {
            [] => {
                found = true;
                Factor::Delta(window.axis, product.index(1), window.offset)
            }
            [(index, 1)] => {
                found = true;
                Factor::Delta(window.axis, index, window.offset)
            }
            _ => Factor::Window(window),
        };
    }
    Some(found)
}

/// The one value of an index, if a delta gives it one.
fn fixed_place(product: &Product, index: Index) -> Option<usize> {
    let mut fixed = deltas(product).filter(|(a, b, _)| *a == index && product.extents[*b] == 1);
    fixed.next().map(|(_, _, offset)| offset)
}

/// One step towards windows whose axes are apart, each of the output or of tensors, and whose terms
/// run freely. Whether there was one to make.
pub(super) fn simplify_meetings(
    product: &mut Product,
    output: &[Index],
    resolved: &mut Resolved,
) -> Result<bool, Unsettled> {
    Ok(compose(product)?
        || follow_deltas(product)
        || tie_equals(product)?
        || drop_unused(product, output, resolved)
        || part_readings(product, output)
        || join_terms(product, output, resolved))
}

/// A term that is itself the axis of a window runs through that window's terms.
fn compose(product: &mut Product) -> Result<bool, Unsettled> {
    let all: Vec<Window> = windows_of(&product.factors).cloned().collect();
    let mut changed = false;
    for factor in &mut product.factors {
        let Factor::Window(window) = factor else {
            continue;
        };
        if let Some(inner) = all.iter().find(|inner| window.has_term(inner.axis)) {
            if inner.has_term(window.axis) || window.has_term(window.axis) {
                return Err(Unsettled::Refused);
            }
            window.substitute(inner);
            changed = true;
        }
    }
    Ok(changed)
}

/// An index that a delta ties to the axis of a window runs through the same terms.
fn follow_deltas(product: &mut Product) -> bool {
    let all: Vec<Window> = windows_of(&product.factors).cloned().collect();
    let mut changed = false;
    for factor in &mut product.factors {
        if let Factor::Delta(a, b, offset) = *factor
            && let Some(window) = all.iter().find(|window| window.axis == b)
        {
            *factor = Factor::Window(Window {
                axis: a,
                terms: window.terms.clone(),
                offset: window.offset + offset,
            });
            changed = true;
        }
    }
    changed
}

/// Two windows of one axis: what makes their sums equal is said by deltas between their terms.
fn tie_equals(product: &mut Product) -> Result<bool, Unsettled> {
    let all: Vec<(usize, Window)> = product
        .factors
        .iter()
        .enumerate()
        .filter_map(|(position, factor)| match factor {
            Factor::Window(window) => Some((position, window.clone())),
            _ => None,
        })
        .collect();
    for (number, (_, first)) in all.iter().enumerate() {
        for (position, second) in &all[number + 1..] {
            if first.axis == second.axis {
                product.factors.remove(*position);
                equate(product, first, second)?;
                return Ok(true);
            }
        }
    }
    Ok(false)
}

fn equate(product: &mut Product, first: &Window, second: &Window) -> Result<(), Unsettled> {
    let beyond = |terms: &Window, other: &Window| -> Vec<(Index, usize)> {
        let own = terms
            .terms
            .iter()
            .filter(|term| !other.terms.contains(term));
        own.copied().collect()
    };
    let (left, right) = (beyond(first, second), beyond(second, first));
    let (low, high, less, more) = if first.offset <= second.offset {
        (&left, &right, first.offset, second.offset)
    } else {
        (&right, &left, second.offset, first.offset)
    };
    let distance = more - less;
    let single = |terms: &[(Index, usize)]| terms.len() <= 1;
    if single(low) && single(high) {
        let multipliers: Vec<usize> = low.iter().chain(high).map(|(_, m)| *m).collect();
        let Some(multiplier) = multipliers.first().copied() else {
            return if distance == 0 {
                Ok(())
            } else {
                Err(Unsettled::Zero)
            };
        };
        if multipliers.iter().any(|other| *other != multiplier) {
            return Err(Unsettled::Refused);
        }
        if distance % multiplier != 0 {
            return Err(Unsettled::Zero);
        }
        let index = |terms: &[(Index, usize)]| terms.first().map(|(index, _)| *index);
        let low = index(low).unwrap_or_else(|| product.index(1));
        let high = index(high).unwrap_or_else(|| product.index(1));
        product.shifted_delta(low, high, distance / multiplier);
        return Ok(());
    }
    let alike = distance == 0
        && left.len() == right.len()
        && left.iter().zip(&right).all(|((_, m), (_, n))| m == n);
    let extent = |pair: (&(Index, usize), &(Index, usize))| {
        let (a, b) = (product.extents[pair.0.0], product.extents[pair.1.0]);
        (pair.0.1, a.max(b))
    };
    if alike && is_mixed_radix(left.iter().zip(&right).map(extent).collect()) {
        for ((a, _), (b, _)) in left.iter().zip(&right) {
            product.delta(*a, *b);
        }
        return Ok(());
    }
    Err(Unsettled::Refused)
}

/// Drops a window over whose axis nothing but the window runs: each value of its terms meets one
/// entry of it.
fn drop_unused(product: &mut Product, output: &[Index], resolved: &mut Resolved) -> bool {
    let used = |product: &Product, index: Index| {
        output.contains(&index)
            || product.carries(index)
            || deltas(product).any(|(a, b, _)| a == index || b == index)
    };
    for position in 0..product.factors.len() {
        let Factor::Window(window) = product.factors[position].clone() else {
            continue;
        };
        if used(product, window.axis) {
            continue;
        }
        product.factors.remove(position);
        resolved.settle(window.axis);
        for (index, _) in &window.terms {
            let elsewhere = windows_of(&product.factors).any(|other| other.has_term(*index));
            if !used(product, *index) && !elsewhere {
                resolved.multiplicity *= product.extents[*index] as f64;
                resolved.settle(*index);
            }
        }
        return true;
    }
    false
}

/// An axis of the output that tensors carry, too: they are read where the output is written.
fn part_readings(product: &mut Product, output: &[Index]) -> bool {
    let all: Vec<Window> = windows_of(&product.factors).cloned().collect();
    let mut both = all.into_iter();
    let both = both.find(|w| output.contains(&w.axis) && product.carries(w.axis));
    let Some(mut window) = both else {
        return false;
    };
    let twin = product.index(product.extents[window.axis]);
    product.rename_in_tensors(window.axis, twin);
    window.axis = twin;
    product.factors.push(Factor::Window(window));
    true
}

/// Two indices that only windows run through, always the one along whole rows of the other, are one
/// index: what was split and is put together again is what it was.
fn join_terms(product: &mut Product, output: &[Index], resolved: &mut Resolved) -> bool {
    let all: Vec<Window> = windows_of(&product.factors).cloned().collect();
    let bound = |index: Index| {
        output.contains(&index)
            || product.carries(index)
            || deltas(product).any(|(a, b, _)| a == index || b == index)
    };
    let multiplier = |window: &Window, index: Index| {
        let term = window.terms.iter().find(|(term, _)| *term == index);
        term.map(|(_, multiplier)| *multiplier)
    };
    for window in &all {
        for pair in window.terms.windows(2) {
            let [(outer, _), (inner, _)] = *pair else {
                continue;
            };
            let extent = product.extents[inner];
            let rows = |window: &Window| {
                let across = multiplier(window, inner).map(|step| step * extent);
                multiplier(window, outer) == across
            };
            if bound(outer) || bound(inner) || !all.iter().all(rows) {
                continue;
            }
            let joined = product.index(product.extents[outer] * extent);
            for factor in &mut product.factors {
                if let Factor::Window(window) = factor
                    && window.has_term(inner)
                {
                    window.terms.retain(|(index, _)| *index != outer);
                    for (index, _) in window.terms.iter_mut().filter(|(i, _)| *i == inner) {
                        *index = joined;
                    }
                }
            }
            resolved.settle(outer);
            resolved.settle(inner);
            return true;
        }
    }
    false
}
