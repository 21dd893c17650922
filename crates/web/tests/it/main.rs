//! Every page on a small site with history, through the router, without a network.

mod pages;
mod site;
