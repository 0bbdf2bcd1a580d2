//! Regions of a result in which every term is wholly present or wholly absent.
//!
//! An embedding is zero but for a range of an axis. The loops over a result are cut where such ranges
//! begin and end, so that nothing is asked at run time: a concatenation is one nest for each part.

use std::collections::BTreeSet;

use crate::ir::Contract;

use super::nests::View;

/// A box of a tensor: along each axis where it begins, and how far it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Region {
    pub starts: Vec<usize>,
    pub extents: Vec<usize>,
}

impl Region {
    /// The whole of a shape.
    pub fn whole(shape: &[usize]) -> Self {
        Region {
            starts: vec![0; shape.len()],
            extents: shape.to_vec(),
        }
    }

    /// The regions of a shape for terms of that shape.
    pub fn cut(shape: &[usize], terms: &[&Contract]) -> Vec<Region> {
        let mut cuts: Vec<BTreeSet<usize>> = shape
            .iter()
            .map(|extent| BTreeSet::from([0, *extent]))
            .collect();
        for term in terms {
            for (axis, along, start) in term.embeddings() {
                cuts[axis].extend([start, start + term.extents[along]]);
            }
        }
        while terms.iter().any(|term| align(&mut cuts, term)) {}
        let mut regions = vec![Region::whole(&[])];
        for axis in &cuts {
            let edges: Vec<usize> = axis.iter().copied().collect();
            let extended = regions.iter().flat_map(|region| {
                edges.windows(2).map(move |edge| {
                    let mut longer = region.clone();
                    longer.starts.push(edge[0]);
                    longer.extents.push(edge[1] - edge[0]);
                    longer
                })
            });
            regions = extended.collect();
        }
        regions
    }

    /// The part of a view that lies in the region.
    pub fn of(&self, view: &View) -> View {
        let steps = self.starts.iter().zip(&view.strides);
        let distance: usize = steps.map(|(start, stride)| start * stride).sum();
        View {
            offset: view.offset + distance,
            shape: self.extents.clone(),
            ..view.clone()
        }
    }
}

/// Cuts tied axes at the same places, so that two regions run alike or do not meet. Whether there
/// was something to cut.
fn align(cuts: &mut [BTreeSet<usize>], term: &Contract) -> bool {
    // Where each index begins on its carrier; a carrier that is an axis begins on itself.
    let mut axes: Vec<(usize, usize, usize)> = term.embeddings().collect();
    let carriers: BTreeSet<usize> = axes.iter().map(|(_, along, _)| *along).collect();
    axes.extend(
        carriers
            .iter()
            .filter(|axis| **axis < term.rank)
            .map(|axis| (*axis, *axis, 0)),
    );
    let mut changed = false;
    for carrier in carriers {
        let mut shared = BTreeSet::new();
        let tied: Vec<(usize, usize)> = axes
            .iter()
            .filter(|(_, along, _)| *along == carrier)
            .map(|(axis, _, start)| (*axis, *start))
            .collect();
        for (axis, start) in &tied {
            let range = *start..=start + term.extents[carrier];
            shared.extend(cuts[*axis].range(range).map(|cut| cut - start));
        }
        for (axis, start) in &tied {
            let before = cuts[*axis].len();
            cuts[*axis].extend(shared.iter().map(|cut| cut + start));
            changed |= cuts[*axis].len() > before;
        }
    }
    changed
}
