#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    ferrobot_fuzz::fuzz_msgpack(data);
});
