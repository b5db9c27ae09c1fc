//! [`Completion`]: how a pending call is completed, and [`Resumed`], how far it is.

/// How a pending call is completed.
///
/// No public document says how an approval becomes known in this version of the API, or what then executes the call. Ask
/// LinkCy. A wrong choice may ask, and charge, the end-user twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Completion {
    /// Nothing is sent: [`Pending::resume`](super::Pending::resume) and [`Pending::wait`](super::Pending::wait) refuse with
    /// [`ScaRefusal::CompletionUnknown`](super::ScaRefusal::CompletionUnknown). Watch the thing itself, or webhooks.
    #[default]
    Undocumented,
    /// The identical call again, with the same strategy: 202 while the end-user has not decided, the operation's answer
    /// once they have approved. The project's sandbox does it this way.
    RepeatIdentical,
}

/// How far a pending call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resumed<T> {
    /// It is done, and this is its value.
    Done(T),
    /// The end-user has not decided yet.
    NotYet,
}
