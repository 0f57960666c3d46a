//! `cargo fuzz run file_news` in `agent/platform`: whatever fanotify may tell is read without harm.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    yagura_platform::read_file_news(bytes, |news| {
        for entry in [news.entry, news.old, news.new].into_iter().flatten() {
            assert!(!entry.name.contains(&0));
        }
    });
});
