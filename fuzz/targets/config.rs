//! `slovo.yaml`: read, and the least project built with it.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|yaml: &str| slovo_fuzz::build(slovo_fuzz::SHOP, yaml));
