//! The list of `derive(...)` goes in, requests come out; and what outputs and activations rule out.

use super::layers::DraftField;
use super::number::strip;
use super::settings::place_of_value;
use crate::diagnostics::{Diagnostic, Diagnostics, catalogue, nearest};
use crate::model::{Order, Request, RequestKind};
use crate::parse::{Form, Item};
use quote::ToTokens;
use syn::Expr;

/// Adds the requests of a list. A misspelt one is reported and added as what was meant, so that the stubs of
/// a mistaken definition have its methods.
pub(super) fn read_requests(
    written: &[Item],
    requests: &mut Vec<Request>,
    diagnostics: &mut Diagnostics,
) {
    for (position, item) in written.iter().enumerate() {
        let name = item.name.to_string();
        let kind = RequestKind::named(&name).or_else(|| {
            diagnostics.push(catalogue::unknown_request(&item.name));
            nearest(&name, RequestKind::ALL.map(RequestKind::name)).and_then(RequestKind::named)
        });
        let Some(kind) = kind else { continue };
        if written[..position]
            .iter()
            .any(|earlier| earlier.name == item.name)
        {
            diagnostics.push(catalogue::request_repeated(&item.name));
        }
        let order = match &item.form {
            Form::List(options) => read_options(item, kind, options, diagnostics),
            Form::Sized(_) | Form::Assigned(_) => {
                diagnostics.push(catalogue::request_form(&item.name));
                None
            }
            Form::Bare | Form::Unreadable => None,
        };
        let span = item.name.span();
        match requests.iter_mut().find(|request| request.kind == kind) {
            Some(request) => request.span = span,
            None => requests.push(Request { kind, order, span }),
        }
    }
}

fn read_options(
    request: &Item,
    kind: RequestKind,
    options: &[Item],
    diagnostics: &mut Diagnostics,
) -> Option<Order> {
    let mut order = None;
    for (position, option) in options.iter().enumerate() {
        if option.name != "order" {
            diagnostics.push(catalogue::unknown_request_option(
                &request.name,
                &option.name,
            ));
        } else if position > 0
            && options[..position]
                .iter()
                .any(|earlier| earlier.name == "order")
        {
            diagnostics.push(catalogue::request_option_repeated(&option.name));
        } else if !kind.has_order() {
            diagnostics.push(catalogue::order_without_choice(&option.name, kind));
        } else if !matches!(option.form, Form::Unreadable) {
            order = diagnostics.take(read_order(option)).flatten();
        }
    }
    order
}

/// The order chosen; none for `automatic`.
fn read_order(option: &Item) -> Result<Option<Order>, Diagnostic> {
    let at = place_of_value(option);
    let Form::Assigned(written) = &option.form else {
        return Err(catalogue::unknown_order(at, None::<&Expr>));
    };
    let name = strip(written).to_token_stream().to_string();
    match Order::named(&name) {
        Some(order) => Ok(Some(order)),
        None if name == "automatic" => Ok(None),
        None => Err(catalogue::unknown_order(at, Some(written))),
    }
}

/// Gradients and Hessian-vector products are defined for one output.
pub(super) fn check_outputs(
    requests: &[Request],
    outputs: Option<usize>,
    diagnostics: &mut Diagnostics,
) {
    let Some(outputs) = outputs.filter(|outputs| *outputs != 1) else {
        return;
    };
    for request in requests
        .iter()
        .filter(|request| request.kind.needs_one_output())
    {
        diagnostics.push(catalogue::needs_one_output(
            request.kind,
            request.span,
            outputs,
        ));
    }
}

/// No derivative may need an order of an activation at which it has a kink.
pub(super) fn check_kinks(
    requests: &[Request],
    fields: &[DraftField],
    diagnostics: &mut Diagnostics,
) {
    for field in fields {
        let Some(activation) = &field.activation else {
            continue;
        };
        let Some(kink) = activation.function.kink() else {
            continue;
        };
        let crossing: Vec<RequestKind> = requests
            .iter()
            .map(|request| request.kind)
            .filter(|kind| usize::from(kind.derivative_order()) >= kink)
            .collect();
        if !crossing.is_empty() {
            let layer = field.name.to_string();
            diagnostics.push(catalogue::derivative_through_kink(
                &layer,
                &activation.name,
                field.activation_place,
                &crossing,
            ));
        }
    }
}
