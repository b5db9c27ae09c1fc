//! The operation table's row: everything that a call needs to know of an operation, and the docs show.

/// One operation of the API. The build makes a table of them from the description: [`OPERATIONS`](crate::OPERATIONS).
#[derive(PartialEq, Eq)]
#[non_exhaustive]
pub struct OperationInfo {
    /// `handle_verb`.
    pub id: &'static str,
    /// `handle.verb`: `ledgers.list` is `client.ledgers().list()`.
    pub name: &'static str,
    /// HTTP method, in upper case.
    pub method: &'static str,
    /// Path template; never the filled path, which may hold personal data.
    pub path: &'static str,
    /// One line from the description.
    pub summary: &'static str,
    /// The cargo feature that enables it; `None` if it is always enabled.
    pub area: Option<&'static str>,
    /// Who may call it.
    pub access: Access,
    /// The description marks it as deprecated.
    pub deprecated: bool,
    /// What may be done when its answer is lost.
    pub repeat: Repeat,
    /// The SCA headers it takes, if any.
    pub sca: Option<ScaHeaders>,
    /// What is known of its pages, if it is a list.
    pub page: Option<PageLimits>,
    /// The media type of its value, where that is not JSON: the value is then a stream of bytes.
    pub media: Option<&'static str>,
    /// A redirect is its success: the answer's `Location` header says where to.
    pub redirects: bool,
    /// Documented error codes by HTTP status.
    pub errors: &'static [(u16, &'static [&'static str])],
}

/// Name, method and path; the rest is in the fields.
impl std::fmt::Debug for OperationInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({} {})", self.name, self.method, self.path)
    }
}

impl std::fmt::Display for OperationInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Access {
    /// Anyone with a session.
    Bearer,
    /// Anyone; no bearer is sent (`security: [{}]` in the description).
    Anonymous,
    /// Anyone; the client's session is used where it has one.
    Either,
}

/// What may be done with an operation whose answer was lost.
///
/// From the HTTP method, and corrected by hand for operations whose method misleads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Repeat {
    /// It only reads.
    Safe,
    /// Twice is the same as once.
    Idempotent,
    /// It creates or moves something: it is sent again only when the first provably did nothing.
    Never,
}

/// The SCA headers an operation takes, as the description declares them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScaHeaders {
    /// Values of `Linkcy-SCA-Strategy`.
    pub strategies: &'static [&'static str],
    /// What the server does without the header.
    pub default_strategy: Option<&'static str>,
    /// It takes `Linkcy-SCA-Signature`.
    pub takes_signature: bool,
    /// It can answer 202 "Waiting SCA".
    pub pending: bool,
}

/// What the description says of a list's pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PageLimits {
    /// Largest `pageSize`.
    pub max_size: Option<u64>,
    /// Largest `page`; the first is 0.
    pub max_page: Option<u64>,
    /// It can be narrowed by `startDate` and `endDate`.
    pub windowed: bool,
}
