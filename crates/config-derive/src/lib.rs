//! `#[derive(ConfigClass)]`: from one Rust struct come the description of a configuration class and its reader.
//!
//! The attributes are described where the trait is, in `ferrobot_config`. Parsing of attributes is in `attribute`,
//! what is generated in `expand`.

mod attribute;
mod expand;

use proc_macro::TokenStream;

/// Derives `ferrobot_config::ConfigClass` for a struct with named fields.
#[proc_macro_derive(ConfigClass, attributes(config))]
pub fn derive_config_class(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    expand::expand(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}
