fn main() {
    let args: Vec<String> = std::env::args().collect();
    let read = |path: &str| xtask::document::Document::parse(&std::fs::read(path).unwrap()).unwrap();
    let report = xtask::diff::diff(&read(&args[1]), &read(&args[2]));
    print!("{}", xtask::diff::render::text(&report.without_prose(), false));
}
