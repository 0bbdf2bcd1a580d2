//! Is every definition in `docs/language.md` accepted?

use proc_macro2::TokenStream;
use quote::ToTokens;
use std::fs;
use std::path::Path;

#[test]
fn the_examples_of_the_documentation_are_networks() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/language.md");
    let text = fs::read_to_string(path).unwrap();
    let blocks = text.split("```rust\n").skip(1);
    let mut count = 0;
    for block in blocks {
        let code = block.split("```").next().unwrap();
        let code: syn::Block = syn::parse_str(&format!("{{ {code} }}")).unwrap();
        for statement in code.stmts {
            if let syn::Stmt::Item(syn::Item::Struct(item)) = statement {
                let (attribute, item) = parts(item);
                let model = derive_network_compiler::model(attribute, item.to_token_stream());
                let mistakes = model.err().unwrap_or_default();
                let texts: Vec<String> = mistakes.iter().map(|mistake| mistake.text()).collect();
                assert!(texts.is_empty(), "{}: {texts:#?}", item.ident);
                count += 1;
            }
        }
    }
    assert!(count >= 9, "{count}");
}

fn parts(mut item: syn::ItemStruct) -> (TokenStream, syn::ItemStruct) {
    let attribute = item.attrs.remove(0);
    (attribute.meta.require_list().unwrap().tokens.clone(), item)
}
