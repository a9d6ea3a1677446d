//! A real browser: Debian's Chromium, driven by its chromedriver on a port the kernel chose.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;

use super::Outcome;

/// A browser window.
pub struct Browser {
    /// The window.
    pub client: Client,
    driver: Child,
    // The profile's folder goes when the browser does.
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Opens a window of a size, in a language.
    ///
    /// # Errors
    /// When Chromium or its driver is not installed or does not start.
    pub async fn open(width: u32, height: u32, language: &str) -> Outcome<Self> {
        let profile = tempfile::tempdir()?;
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        let said = driver.stdout.take().ok_or_else(|| anyhow::anyhow!("chromedriver says nothing"))?;
        let port = BufReader::new(said)
            .lines()
            .map_while(Result::ok)
            .find_map(|line| {
                line.split("started successfully on port ").nth(1).map(|rest| rest.trim_end_matches('.').to_owned())
            })
            .ok_or_else(|| anyhow::anyhow!("chromedriver did not start"))?;
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--hide-scrollbars",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            &format!("--window-size={width},{height}"),
            &format!("--lang={language}"),
            &format!("--user-data-dir={}", profile.path().display()),
        ];
        // Chromium's windows are never narrower than 500 pixels; a phone is emulated instead.
        let device = serde_json::json!({ "deviceMetrics": { "width": width, "height": height, "pixelRatio": 2.0, "touch": true } });
        let prefs = serde_json::json!({ "intl.accept_languages": language });
        let chrome = if width < 500 {
            serde_json::json!({ "args": arguments, "prefs": prefs, "mobileEmulation": device })
        } else {
            serde_json::json!({ "args": arguments, "prefs": prefs })
        };
        let capabilities = serde_json::json!({ "goog:chromeOptions": chrome });
        let capabilities = capabilities.as_object().cloned().unwrap_or_default();
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await?;
        Ok(Self { client, driver, _profile: profile })
    }

    /// What the window shows, as PNG.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn picture(&self) -> Outcome<Vec<u8>> {
        Ok(self.client.screenshot().await?)
    }

    /// Closes the window.
    ///
    /// # Errors
    /// When the browser is gone already.
    pub async fn close(self) -> Outcome<()> {
        self.client.clone().close().await?;
        Ok(())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Chromium is in its driver's process group and outlives it; what has ended already needs no ending.
        let _ = Command::new("kill").args(["-9", "--", &format!("-{}", self.driver.id())]).status();
        let _ = self.driver.wait();
    }
}
