//! The list of `derive(...)` goes in, requests of the output, of named functions and of losses come out; and what
//! outputs rule out.

use super::settings::place_of_value;
use crate::diagnostics::{Diagnostic, Diagnostics, catalogue, nearest};
use crate::model::{
    LossRequest, LossRequestKind, Order, ParameterRequest, ParameterRequestKind, Request,
    RequestKind, request_kinds,
};
use crate::parse::{Form, Item, strip};
use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::Expr;

/// What is asked beside derivatives of the output in the inputs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    /// Of derivatives of the output in the parameters.
    pub of_parameters: Vec<ParameterRequest>,
    /// Of each function that is named in `derive(...)`.
    pub of_functions: Vec<(Ident, FunctionRequests)>,
    /// Of each loss that is named in `derive(...)`.
    pub of_losses: Vec<(Ident, Vec<LossRequest>)>,
}

/// What is asked of a function.
#[derive(Clone, Debug)]
pub(crate) struct FunctionRequests {
    pub of_inputs: Vec<Request>,
    pub of_parameters: Vec<ParameterRequest>,
}

/// What a list of requests belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Output,
    Function,
}

/// What a name in a list of requests asks for.
#[derive(Clone, Copy, Debug)]
enum Named {
    Inputs(RequestKind),
    Parameters(ParameterRequestKind),
    /// Of losses only.
    Loss,
}

/// The requests of the list, of which the value is one. A misspelt one is reported and added as what was meant, so that
/// the stubs of a mistaken definition have its methods.
pub(super) fn read_requests(
    written: &[Item],
    functions: &[Ident],
    losses: &[Ident],
    diagnostics: &mut Diagnostics,
) -> (Vec<Request>, Asked) {
    let mut output = FunctionRequests::value(Span::call_site());
    let mut asked = Asked::default();
    for (position, item) in written.iter().enumerate() {
        check_repeated(written, position, diagnostics);
        let is_request = request_kinds().any(|kind| item.name == kind);
        if !is_request && functions.contains(&item.name) {
            let mut requests = FunctionRequests::value(item.name.span());
            for (position, item) in nested(item, diagnostics) {
                check_repeated(position.0, position.1, diagnostics);
                read_request(item, Owner::Function, &mut requests, diagnostics);
            }
            asked.of_functions.push((item.name.clone(), requests));
        } else if !is_request && losses.contains(&item.name) {
            let mut requests = loss_defaults(item.name.span());
            for (position, item) in nested(item, diagnostics) {
                check_repeated(position.0, position.1, diagnostics);
                read_loss_request(item, &mut requests, diagnostics);
            }
            asked.of_losses.push((item.name.clone(), requests));
        } else if is_request {
            read_request(item, Owner::Output, &mut output, diagnostics);
        } else {
            let named = functions.iter().chain(losses).map(ToString::to_string);
            let named: Vec<String> = named.collect();
            let names = request_kinds().map(|name| name as &str);
            let names = names.chain(named.iter().map(String::as_str));
            diagnostics.push(catalogue::unknown_request(&item.name, names));
            output.add_meant(item);
        }
    }
    asked.of_parameters = output.of_parameters;
    (output.of_inputs, asked)
}

/// What is generated of every loss.
pub(super) fn loss_defaults(span: Span) -> Vec<LossRequest> {
    let kinds = [LossRequestKind::Value, LossRequestKind::Gradient];
    kinds.map(|kind| LossRequest { kind, span }).to_vec()
}

impl FunctionRequests {
    /// Nothing but the value.
    pub(super) fn value(span: Span) -> Self {
        let value = Request {
            kind: RequestKind::Value,
            order: None,
            span,
        };
        Self {
            of_inputs: vec![value],
            of_parameters: Vec::new(),
        }
    }

    fn add(&mut self, kind: RequestKind, order: Option<Order>, span: Span) {
        match self.of_inputs.iter_mut().find(|known| known.kind == kind) {
            Some(request) => request.span = span,
            None => self.of_inputs.push(Request { kind, order, span }),
        }
    }

    /// Adds the request that a misspelt one probably is.
    fn add_meant(&mut self, item: &Item) {
        let meant = nearest(&item.name.to_string(), request_kinds());
        if let Some(kind) = meant.and_then(RequestKind::named) {
            self.add(kind, None, item.name.span());
        }
    }
}

/// The requests behind the name of a function or a loss, each with the list and its position in it.
fn nested<'a>(
    item: &'a Item,
    diagnostics: &mut Diagnostics,
) -> Vec<((&'a [Item], usize), &'a Item)> {
    match &item.form {
        Form::List(list) => list
            .iter()
            .enumerate()
            .map(|(position, nested)| ((list.as_slice(), position), nested))
            .collect(),
        Form::Sized(_) | Form::Assigned(_) => {
            diagnostics.push(catalogue::owner_form(&item.name));
            Vec::new()
        }
        Form::Bare | Form::Unreadable => Vec::new(),
    }
}

fn check_repeated(list: &[Item], position: usize, diagnostics: &mut Diagnostics) {
    let item = &list[position];
    if list[..position]
        .iter()
        .any(|earlier| earlier.name == item.name)
    {
        diagnostics.push(catalogue::request_repeated(&item.name));
    }
}

/// What a name asks for, of any owner.
fn named(name: &str) -> Option<Named> {
    let of_inputs = RequestKind::named(name).map(Named::Inputs);
    let of_parameters = || ParameterRequestKind::named(name).map(Named::Parameters);
    let of_losses = || LossRequestKind::named(name).map(|_| Named::Loss);
    of_inputs.or_else(of_parameters).or_else(of_losses)
}

/// Adds a request of the output or of a function.
fn read_request(
    item: &Item,
    owner: Owner,
    requests: &mut FunctionRequests,
    diagnostics: &mut Diagnostics,
) {
    let name = item.name.to_string();
    let span = item.name.span();
    match named(&name) {
        Some(Named::Inputs(kind)) => {
            let order = match &item.form {
                Form::List(options) => read_options(item, kind, options, diagnostics),
                Form::Sized(_) | Form::Assigned(_) => {
                    diagnostics.push(catalogue::request_form(&item.name));
                    None
                }
                Form::Bare | Form::Unreadable => None,
            };
            requests.add(kind, order, span);
        }
        Some(Named::Parameters(ParameterRequestKind::Intermediates))
            if owner == Owner::Function =>
        {
            diagnostics.push(catalogue::request_of_other(&item.name, OF_FUNCTION));
        }
        Some(Named::Parameters(kind)) => {
            check_bare(item, diagnostics);
            if requests
                .of_parameters
                .iter()
                .all(|known| known.kind != kind)
            {
                let request = ParameterRequest { kind, span };
                requests.of_parameters.push(request);
            }
        }
        Some(Named::Loss) => {
            let found = match owner {
                Owner::Output => OF_OUTPUT,
                Owner::Function => OF_FUNCTION,
            };
            diagnostics.push(catalogue::request_of_other(&item.name, found));
        }
        None => {
            diagnostics.push(catalogue::unknown_request(&item.name, request_kinds()));
            requests.add_meant(item);
        }
    }
}

const OF_OUTPUT: &str = "the output";
const OF_FUNCTION: &str = "a function";
const OF_LOSS: &str = "a loss";

fn read_loss_request(item: &Item, requests: &mut Vec<LossRequest>, diagnostics: &mut Diagnostics) {
    let name = item.name.to_string();
    let span = item.name.span();
    match (LossRequestKind::named(&name), named(&name)) {
        (Some(kind), _) => {
            check_bare(item, diagnostics);
            match requests.iter_mut().find(|known| known.kind == kind) {
                Some(request) => request.span = span,
                None => requests.push(LossRequest { kind, span }),
            }
        }
        (None, Some(_)) => diagnostics.push(catalogue::request_of_other(&item.name, OF_LOSS)),
        (None, None) => {
            let names = LossRequestKind::ALL.map(LossRequestKind::name);
            diagnostics.push(catalogue::unknown_request(&item.name, names));
        }
    }
}

fn check_bare(item: &Item, diagnostics: &mut Diagnostics) {
    if !matches!(item.form, Form::Bare | Form::Unreadable) {
        diagnostics.push(catalogue::request_without_options(&item.name));
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
        } else if options[..position]
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

/// Some requests are defined for one output.
pub(super) fn check_width(
    of_inputs: &[Request],
    of_parameters: &[ParameterRequest],
    of: catalogue::Asked<'_>,
    width: usize,
    diagnostics: &mut Diagnostics,
) {
    if width == 1 {
        return;
    }
    let of_inputs = of_inputs
        .iter()
        .filter(|request| request.kind.needs_one_output());
    let of_inputs = of_inputs.map(|request| (request.kind.name(), request.span));
    let of_parameters = of_parameters
        .iter()
        .filter(|request| request.kind.needs_one_output());
    let of_parameters = of_parameters.map(|request| (request.kind.name(), request.span));
    for (name, span) in of_inputs.chain(of_parameters) {
        diagnostics.push(catalogue::needs_one_output(name, span, of, width));
    }
}
