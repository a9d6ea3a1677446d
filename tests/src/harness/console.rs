//! A person at the console, without the browser: pages are read and forms are sent as a browser would.

use super::Outcome;

/// Fields of a form.
pub type Form<'a> = &'a [(&'a str, &'a str)];

/// A browser's worth of cookies and the console's address.
pub struct Console {
    agent: ureq::Agent,
    address: String,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Page {
    /// HTTP status.
    pub status: u16,
    /// Where a redirect leads.
    pub location: Option<String>,
    /// The page.
    pub text: String,
}

impl Page {
    /// The page, when it is one.
    ///
    /// # Errors
    /// When the console refused; the message is what it said.
    pub fn ok(self) -> Outcome<Self> {
        anyhow::ensure!(self.status < 400, "status {}: {}", self.status, plain(&self.text));
        Ok(self)
    }
}

impl Console {
    /// A browser that knows nothing yet.
    #[must_use]
    pub fn at(address: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(std::time::Duration::from_mins(1)))
            .build();
        Self { agent: config.into(), address: address.trim_end_matches('/').to_owned() }
    }

    /// Reads a page.
    ///
    /// # Errors
    /// When the console cannot be reached.
    pub fn get(&self, path: &str) -> Outcome<Page> {
        page(self.agent.get(format!("{}{path}", self.address)).call()?)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When there is none.
    pub fn bytes(&self, path: &str) -> Outcome<Vec<u8>> {
        let mut answer = self.agent.get(format!("{}{path}", self.address)).call()?;
        anyhow::ensure!(answer.status() == 200, "{path}: status {}", answer.status());
        Ok(answer.body_mut().read_to_vec()?)
    }

    /// Sends a form.
    ///
    /// # Errors
    /// When the console cannot be reached or refuses.
    pub fn post(&self, path: &str, form: Form<'_>) -> Outcome<Page> {
        self.send(path, form)?.ok()
    }

    /// Sends a form and takes any answer.
    ///
    /// # Errors
    /// When the console cannot be reached.
    pub fn send(&self, path: &str, form: Form<'_>) -> Outcome<Page> {
        let request = self.agent.post(format!("{}{path}", self.address)).header("Origin", &self.address);
        page(request.send_form(form.iter().copied())?)
    }

    /// Sends JSON as another machine does, with its key, and takes any answer.
    ///
    /// # Errors
    /// When the console cannot be reached.
    pub fn send_json(&self, path: &str, key: &str, json: &str) -> Outcome<Page> {
        let request = self.agent.post(format!("{}{path}", self.address)).header("Content-Type", "application/json");
        page(request.header("Authorization", format!("Bearer {key}")).send(json)?)
    }

    /// Sends a form with a file and takes any answer.
    ///
    /// # Errors
    /// When the console cannot be reached.
    pub fn upload(&self, path: &str, form: Form<'_>, (field, name, bytes): (&str, &str, &[u8])) -> Outcome<Page> {
        const EDGE: &str = "anteroom-walk-edge";
        let mut body = Vec::new();
        for (key, value) in form {
            body.extend(
                format!("--{EDGE}\r\nContent-Disposition: form-data; name=\"{key}\"\r\n\r\n{value}\r\n").bytes(),
            );
        }
        let head = format!("Content-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"");
        body.extend(format!("--{EDGE}\r\n{head}\r\nContent-Type: application/octet-stream\r\n\r\n").bytes());
        body.extend_from_slice(bytes);
        body.extend(format!("\r\n--{EDGE}--\r\n").bytes());
        let request = self
            .agent
            .post(format!("{}{path}", self.address))
            .header("Origin", &self.address)
            .header("Content-Type", &format!("multipart/form-data; boundary={EDGE}"));
        page(request.send(&body)?)
    }
}

fn page(mut answer: ureq::http::Response<ureq::Body>) -> Outcome<Page> {
    let location = answer.headers().get("location").and_then(|value| value.to_str().ok()).map(str::to_owned);
    Ok(Page { status: answer.status().as_u16(), location, text: answer.body_mut().read_to_string()? })
}

/// The words of a page without its tags.
fn plain(page: &str) -> String {
    let mut words = String::new();
    let mut in_tag = false;
    for c in page.chars() {
        match c {
            '<' => in_tag = true,
            '>' => in_tag = false,
            c if !in_tag => words.push(c),
            _ => {}
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(600).collect()
}
