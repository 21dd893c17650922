//! Has the pages' crate compiled again when the scripts that it embeds were built anew, or for the first time.

fn main() {
    let scripts = std::path::Path::new("../../ui/dist");
    let watched = if scripts.exists() { "../../ui/dist" } else { "../../ui" };
    println!("cargo::rerun-if-changed={watched}");
}
