//! The items of `#[layer(...)]` go in, what they say comes out.

use super::activations::Activations;
use super::number::{SIZE_LIMIT, read_count, read_size};
use super::settings::place_of_value;
use crate::diagnostics::{Diagnostic, Diagnostics, Place, catalogue};
use crate::model::{Activation, Window};
use crate::parse::{Form, Item, strip};
use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Expr, ExprLit, Lit};

/// The options of one layer, each known to its type and written once.
pub(super) struct Options<'a> {
    layer: &'a Ident,
    items: Vec<&'a Item>,
    /// Whether all were known; what is missing may have been meant by one that is not.
    is_complete: bool,
}

/// The windows of a layer as they are written.
#[derive(Clone, Debug)]
pub(crate) struct DraftWindows {
    pub windows: Vec<Window>,
    /// Where the kernel is written.
    pub place: Place,
}

impl<'a> Options<'a> {
    /// Those of a layer whose type takes options of these names.
    pub fn read(
        layer: &'a Ident,
        written: &'a [Item],
        names: &[&str],
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut items: Vec<&Item> = Vec::new();
        let mut is_complete = true;
        for (position, item) in written.iter().enumerate() {
            let mut earlier = written[..position].iter();
            if !names.iter().any(|name| item.name == name) {
                let unknown = catalogue::unknown_layer_option(&item.name, layer, names);
                diagnostics.push(unknown);
                is_complete = false;
            } else if earlier.any(|earlier| earlier.name == item.name) {
                diagnostics.push(catalogue::layer_option_repeated(&item.name));
            } else {
                items.push(item);
            }
        }
        Self {
            layer,
            items,
            is_complete,
        }
    }

    /// The option of that name; nothing if it is not written or cannot be read.
    fn find(&self, name: &str) -> Option<&'a Item> {
        let readable = |item: &&&Item| item.name == name && !matches!(item.form, Form::Unreadable);
        self.items.iter().find(readable).copied()
    }

    /// Where an option is written; the layer if it is not.
    pub fn place(&self, name: &str) -> Place {
        self.find(name).map_or(self.layer.into(), place_of_value)
    }

    /// `bias = false`; true if nothing is said.
    pub fn bias(&self, diagnostics: &mut Diagnostics) -> bool {
        let read = self.find("bias").map(read_bias);
        read.and_then(|bias| diagnostics.take(bias)).unwrap_or(true)
    }

    /// `groups = 2`; one if nothing is said, open if it was mistaken.
    pub fn groups(&self, diagnostics: &mut Diagnostics) -> Option<usize> {
        let Some(item) = self.find("groups") else {
            return Some(1);
        };
        let groups = value(item, "a number", "groups = 2")
            .and_then(|written| read_size("the number of groups", written, SIZE_LIMIT));
        diagnostics.take(groups)
    }

    /// `epsilon = 1e-5`, the default; open if it was mistaken.
    pub fn epsilon(&self, diagnostics: &mut Diagnostics) -> Option<f64> {
        let Some(item) = self.find("epsilon") else {
            return Some(1e-5);
        };
        diagnostics.take(read_epsilon(item))
    }

    /// `weight = softplus`: the function of each entry of the weight. Open if it was mistaken.
    pub fn weight_map(
        &self,
        activations: &Activations,
        diagnostics: &mut Diagnostics,
    ) -> Option<Option<Activation>> {
        let Some(item) = self.find("weight") else {
            return Some(None);
        };
        diagnostics
            .take(read_weight_map(item, activations))?
            .map(Some)
    }

    /// `kernel`, `stride`, `padding` and `dilation` along so many axes; windows lie side by side if `stride` is the kernel by
    /// default. Open if one was mistaken.
    pub fn windows(
        &self,
        axes: usize,
        stride_is_kernel: bool,
        diagnostics: &mut Diagnostics,
    ) -> Option<DraftWindows> {
        let mut read = |name: &str, default: Option<usize>| -> Option<Vec<usize>> {
            match self.find(name) {
                Some(item) => diagnostics.take(read_sizes(item, axes)),
                None => default.map(|default| vec![default; axes]),
            }
        };
        let kernel = read("kernel", None);
        let stride = match self.find("stride") {
            None if stride_is_kernel => kernel.clone(),
            _ => read("stride", Some(1)),
        };
        let padding = read("padding", Some(0));
        let dilation = read("dilation", Some(1));
        if self.is_complete && !self.items.iter().any(|item| item.name == "kernel") {
            diagnostics.push(catalogue::kernel_missing(self.layer, axes));
        }
        let (kernel, stride, padding, dilation) = (kernel?, stride?, padding?, dilation?);
        let along = |axis: usize| Window {
            kernel: kernel[axis],
            stride: stride[axis],
            padding: padding[axis],
            dilation: dilation[axis],
        };
        Some(DraftWindows {
            windows: (0..axes).map(along).collect(),
            place: self.place("kernel"),
        })
    }
}

/// What stands behind the equals sign of an option.
fn value<'a>(item: &'a Item, expected: &str, example: &str) -> Result<&'a Expr, Diagnostic> {
    match &item.form {
        Form::Assigned(written) => Ok(strip(written)),
        _ => {
            let example = format!("#[layer({example})]");
            Err(catalogue::item_form(item, expected, &example))
        }
    }
}

/// A number for all axes, or one for each.
fn read_sizes(item: &Item, axes: usize) -> Result<Vec<usize>, Diagnostic> {
    let name = item.name.to_string();
    let what = format!("the {name}");
    let read = |written: &Expr| match &name[..] {
        "padding" => read_count(&what, written, SIZE_LIMIT),
        _ => read_size(&what, written, SIZE_LIMIT),
    };
    match value(item, "a number", &format!("{name} = 2"))? {
        Expr::Tuple(tuple) if axes == 2 && tuple.elems.len() == axes => {
            tuple.elems.iter().map(read).collect()
        }
        written @ Expr::Tuple(_) => Err(catalogue::sizes_of_axes(&name, written, axes)),
        written => Ok(vec![read(written)?; axes]),
    }
}

fn read_bias(option: &Item) -> Result<bool, Diagnostic> {
    let at = place_of_value(option);
    match &option.form {
        Form::Assigned(written) => match strip(written) {
            Expr::Lit(ExprLit {
                lit: Lit::Bool(literal),
                ..
            }) => Ok(literal.value),
            _ => Err(catalogue::bias_not_bool(
                at,
                Some(written.to_token_stream().to_string()),
            )),
        },
        _ => Err(catalogue::bias_not_bool(at, None)),
    }
}

fn read_epsilon(item: &Item) -> Result<f64, Diagnostic> {
    let written = value(item, "a number", "epsilon = 1e-5")?;
    let read = match written {
        Expr::Lit(ExprLit {
            lit: Lit::Float(literal),
            ..
        }) => literal.base10_parse::<f64>().ok(),
        _ => None,
    };
    let positive = read.filter(|value| *value > 0.0 && value.is_finite());
    positive.ok_or_else(|| catalogue::epsilon_not_positive(written))
}

/// Open, and no mistake, where the mistake is in the formula of a custom activation.
fn read_weight_map(
    item: &Item,
    activations: &Activations,
) -> Result<Option<Activation>, Diagnostic> {
    let written = value(item, "a function", "weight = softplus")?;
    let name = match written {
        Expr::Path(path) => path.path.get_ident(),
        _ => None,
    };
    let name = name.ok_or_else(|| catalogue::weight_map_form(written))?;
    let function = activations.find_elementwise(&name.to_string());
    let function =
        function.ok_or_else(|| catalogue::unknown_weight_map(name, activations.elementwise()))?;
    Ok(function.map(|function| Activation {
        name: name.to_string(),
        function,
    }))
}
