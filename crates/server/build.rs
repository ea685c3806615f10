//! Makes sure that there is a web app to embed: where it has not been built, a page that says how.

use std::path::Path;

const PAGE: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<title>Sekoci</title>
<h1>This site is running without the web app</h1>
<p>It was built before the web app. Run <code>npm ci &amp;&amp; npm run build</code> in
<code>web/</code>, then build the server again.</p>
<p>The API works: see <a href=\"/api/openapi.json\">/api/openapi.json</a>.</p>
</html>
";

fn main() -> std::io::Result<()> {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/dist");
    println!("cargo:rerun-if-changed={}", dist.display());
    println!("cargo:rerun-if-changed=../../docs/errors");
    if !dist.join("index.html").is_file() {
        std::fs::create_dir_all(&dist)?;
        std::fs::write(dist.join("index.html"), PAGE)?;
    }
    Ok(())
}
